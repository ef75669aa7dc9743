import { writeFileSync } from 'node:fs';
import type { ApiDeps } from '../deps.ts';
import { documentText, openApiDocument } from './openapi.ts';
import { createV1Api } from './v1.ts';

/** Routes are described without being run, so nothing that they would use is needed. */
const nothing = new Proxy({} as ApiDeps, {
  get: (_, name) => {
    throw new Error(`${String(name)} was used while routes were described`);
  },
});

// `bun server/src/roles/api/v1/write-openapi.ts` writes the committed document anew.
if (import.meta.main) {
  const file = new URL('../../../../../contract/openapi.json', import.meta.url);
  writeFileSync(file, documentText(openApiDocument(createV1Api(nothing))));
}
