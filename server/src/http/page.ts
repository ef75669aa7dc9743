/** Languages that the pages of the service itself are written in; the first stands in for all others. */
export const PAGE_LANGUAGES = ['en', 'de'] as const;
export type PageLanguage = (typeof PAGE_LANGUAGES)[number];

export const HTML_TYPE = 'text/html; charset=utf-8' as const;

/** What a page that this file makes may do: show itself in its own style, with the icon of this server. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** The same with a form that is sent to this server. */
export const FORM_PAGE_POLICY = PAGE_POLICY.replace("form-action 'none'", "form-action 'self'");

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

const MARK =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="3.5"/><path d="M3 5l2.5 6L8 6l2.5 5L13 5"/></svg>';

/** Colours have a contrast of 4.5 to 1 or more on their ground, light and dark. */
const STYLE = `:root{color-scheme:light dark;--ground:#fafaf9;--card:#fff;--text:#1c1917;--soft:#57534e;--line:#e7e5e4;--accent:#14532d;--on:#fff;--bad:#b91c1c}
@media (prefers-color-scheme:dark){:root{--ground:#0f1317;--card:#171c21;--text:#ecebea;--soft:#a8a29e;--line:#2c333a;--accent:#86efac;--on:#052e16;--bad:#fca5a5}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1.25rem;background:var(--ground);color:var(--text);font:1rem/1.6 system-ui,sans-serif}
main{width:100%;max-width:32rem;padding:clamp(1.5rem,6vw,2.5rem);background:var(--card);border:1px solid var(--line);border-radius:1rem;overflow-wrap:anywhere}
.brand{display:flex;align-items:center;gap:.6rem;margin:0 0 1.5rem;font-weight:600}
svg{width:1.75rem;height:1.75rem;fill:#14532d}
svg path{fill:none;stroke:#fff;stroke-width:1.6}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;text-wrap:balance}
p{margin:0 0 1rem}main>:last-child{margin-bottom:0}
small,.soft{color:var(--soft)}
a{color:var(--accent);text-underline-offset:.2em}
label{display:block;margin:0 0 .35rem;font-weight:600}
input{display:block;width:100%;margin:0 0 1rem;padding:.65rem .8rem;font:inherit;color:inherit;background:var(--ground);border:1px solid #8a8580;border-radius:.5rem}
::placeholder{color:var(--soft);opacity:1}
input[aria-invalid]{border-color:var(--bad);margin-bottom:.35rem}
.error{color:var(--bad)}
button,.button{display:inline-block;padding:.65rem 1.2rem;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:0;border-radius:.5rem;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
code{font-size:.95em}`;

export interface PageParts {
  language: PageLanguage;
  /** Plain text. */
  title: string;
  /** HTML below the brand; whatever comes from outside is escaped by the caller. */
  body: string;
  /** Whether search engines may list it. Default: no. */
  listed?: boolean;
}

/** A small page without a script, light and dark, in the look that all pages of the service itself share. */
export function page({ language, title, body, listed = false }: PageParts): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${listed ? '' : '\n<meta name="robots" content="noindex">'}
<title>${escapeHtml(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<p class="brand">${MARK} Waymark</p>
${body}
</main>
</body>
</html>
`;
}

/** The commonest page: a heading and a sentence, both plain text. */
export function messagePage(language: PageLanguage, heading: string, text: string): string {
  const body = `<h1>${escapeHtml(heading)}</h1>\n<p class="soft">${escapeHtml(text)}</p>`;
  return page({ language, title: heading, body });
}
