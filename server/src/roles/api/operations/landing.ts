/** Where to go from the root, for programs. */
export function landingJson(version: string, baseUrl: string): Record<string, unknown> {
  return {
    name: 'Waymark',
    version,
    docs: `${baseUrl}/api/docs`,
    openapi: `${baseUrl}/api/v1/openapi.json`,
    health: `${baseUrl}/health`,
  };
}

/** The same for people. `version` comes from the configuration, so it is escaped. */
export function landingHtml(version: string): string {
  const shown = version.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Waymark</title>
<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color:#1c1917;background:#fff}a{color:#14532d}small{color:#57534e}@media (prefers-color-scheme:dark){body{color:#e7e5e4;background:#12161c}a{color:#86efac}small{color:#a8a29e}}</style>
</head>
<body>
<h1>Waymark</h1>
<p>Short links whose redirects never wait and whose clicks are never lost.</p>
<p><a href="/api/docs">API reference</a> · <a href="/health">Health</a></p>
<small>Version ${shown}</small>
</body>
</html>
`;
}
