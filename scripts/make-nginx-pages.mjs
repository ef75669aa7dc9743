import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { root } from './lib/repository.mjs';

// bun scripts/make-nginx-pages.mjs: writes them again after the look of pages has changed.

const DIRECTORY = 'deploy/nginx/waymark';

/**
 * The pages that nginx itself shows on short links, by their path in the repository.
 * Given the exports of server/src/http/page.ts, so that they look like the server's own and may do no more.
 */
export function nginxPages({ messagePage, PAGE_POLICY: policy }) {
  const pages = {
    'page-unavailable.conf': [200, 'This link can’t be followed just now', 'Please try again in a moment.'],
    'page-quarantine.conf': [410, 'This link is blocked', 'It was found to be unsafe: $waymark_quarantine_reason'],
  };
  return Object.fromEntries(
    Object.entries(pages).map(([name, [status, heading, text]]) => {
      const html = messagePage('en', heading, text);
      if (html.includes("'")) throw new Error(`${name}: nginx ends a text at the first '`);
      const note = '# Made by scripts/make-nginx-pages.mjs from server/src/http/page.ts. Do not edit.';
      const header = `add_header Content-Security-Policy "${policy}" always;`;
      return [`${DIRECTORY}/${name}`, `${note}\n${header}\nreturn ${status} '${html}';\n`];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const look = await import('../server/src/http/page.ts');
  for (const [path, text] of Object.entries(nginxPages(look))) writeFileSync(`${root}/${path}`, text);
  console.log(`The pages in ${DIRECTORY} are current.`);
}
