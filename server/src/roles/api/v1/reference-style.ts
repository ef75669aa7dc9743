/** Of the reference page; light and dark as the reader's system has it. */
export const REFERENCE_STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--paper:#fff;--line:#e3e7ec;--tint:#f5f7f9;--link:#0b62c4}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--paper:#12161c;--line:#2a313b;--tint:#1a2029;--link:#7ab8ff}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;display:grid;grid-template-columns:17rem minmax(0,54rem);gap:3rem;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem 2rem 1.5rem;border-right:1px solid var(--line);font-size:.875rem}
nav p{margin:1.25rem 0 .35rem;font-weight:600}
nav .brand{margin-top:0;font-size:1.05rem}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.2rem 0;color:var(--soft);text-decoration:none}
nav a:hover,nav a:focus-visible{color:var(--link);text-decoration:underline}
main{padding:2rem 1.5rem 6rem 0}
h1{font-size:1.9rem;margin:0 0 .75rem}
h2{font-size:1.35rem;margin:3rem 0 0;padding-top:1.5rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:2.25rem 0 .5rem;overflow-wrap:anywhere}
h4{font-size:.8rem;margin:1.25rem 0 .35rem;color:var(--soft);font-weight:600}
a{color:var(--link)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
pre{background:var(--tint);border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem;overflow:auto}
table{width:100%;border-collapse:collapse;font-size:.875rem}
td{padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td:first-child{white-space:nowrap}
td:nth-child(2){color:var(--soft)}
.facts,.scope{color:var(--soft);font-size:.8125rem}
.scope{border:1px solid var(--line);border-radius:99px;padding:.1rem .55rem;white-space:nowrap}
.method{display:inline-block;min-width:4.2rem;text-align:center;border-radius:6px;padding:.12rem .4rem;font:600 .75rem/1.5 ui-monospace,monospace;color:#fff;background:#4b5563}
.get{background:#1a6fb5}.post{background:#1d7a46}.patch{background:#8a5a00}.delete{background:#b3261e}
summary{cursor:pointer;padding:.3rem 0}
.to-list{display:none}
@media (max-width:56rem){body{grid-template-columns:minmax(0,1fr);gap:0}nav{order:2;position:static;height:auto;border-right:0;border-top:1px solid var(--line)}main{padding:1.5rem}td,td:first-child,code{white-space:normal;overflow-wrap:anywhere}.to-list{display:inline}}
`.trim();
