import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { root } from './lib/repository.mjs';

// bun scripts/make-nginx-routes.mjs: writes them again after the reserved codes have changed.

/** Where they are kept. */
export const ROUTES_FILE = 'deploy/nginx/waymark/routes.conf';

/**
 * The nginx maps that tell short links from everything else, with the reserved codes of the contract.
 * Shape: the same decision as shortCode() in server/src/links/short-path.ts, on the raw path.
 */
export function nginxRoutes(reservedCodes) {
  const reserved = [...reservedCodes].map((code) => code.replaceAll('.', '\\.')).join('|');
  return `# Made by scripts/make-nginx-routes.mjs from contract/src/reserved.ts. Do not edit.

# The code that a path asks for; empty for a path that is not a short link's. The first match counts.
map $request_uri $waymark_code {
    default "";
    "~^/(?:${reserved})/?(?:\\?|$)" "";
    "~^/(?<waymark_c1>[^/?]+)/?(?:\\?|$)" $waymark_c1;
    "~^/[rs]/(?<waymark_c2>[^/?]+)/?(?:\\?|$)" $waymark_c2;
    "~^/urls/[0-9]+/?(?:\\?|$)" "";
    "~^/urls/(?<waymark_c3>[^/?]+)/?(?:\\?|$)" $waymark_c3;
    "~^/urls/short/(?<waymark_c4>[^/?]+)/?(?:\\?|$)" $waymark_c4;
    "~^/urls/(?<waymark_c5>[^/?]+)/redirect/?(?:\\?|$)" $waymark_c5;
}

# Edges answer GET and HEAD of short links; other methods on them are refused by an API server.
map "$request_method $waymark_code" $waymark_pool {
    default writes;
    "~^(?:GET|HEAD) ." edges;
    "~^(?:GET|HEAD|OPTIONS) $" reads;
    "~^OPTIONS " reads;
}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { RESERVED_CODES } = await import('../contract/src/reserved.ts');
  writeFileSync(`${root}/${ROUTES_FILE}`, nginxRoutes(RESERVED_CODES));
  console.log(`${ROUTES_FILE} is current.`);
}
