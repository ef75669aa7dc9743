import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from '../env.ts';
import { documentText, openApiDocument } from './openapi.ts';
import { referencePage } from './reference-page.ts';

const CACHE = 'public, max-age=300';

/** The OpenAPI document and the page made of it, open to all. Call it after every other route was added. */
export function addReferenceRoutes(app: OpenAPIHono<ApiEnv>): void {
  const document = openApiDocument(app);
  const text = documentText(document);
  const page = referencePage(document);
  app.get(
    '/v1/openapi.json',
    () => new Response(text, { headers: { 'Content-Type': 'application/json', 'Cache-Control': CACHE } }),
  );
  app.get(
    '/docs',
    () =>
      new Response(page.html, {
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Cache-Control': CACHE,
          'Content-Security-Policy': page.contentSecurityPolicy,
          'X-Content-Type-Options': 'nosniff',
          'Referrer-Policy': 'no-referrer',
        },
      }),
  );
}
