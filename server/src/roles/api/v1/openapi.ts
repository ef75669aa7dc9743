import type { OpenAPIHono } from '@hono/zod-openapi';
import { linkBulkUpdateSchema } from '@waymark/contract/v1/links';
import type { ApiEnv } from '../env.ts';

/** The parts of an OpenAPI 3.1 document that the reference page shows. */
export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const DESCRIPTION = [
  'Short links, their clicks, and who may use them.',
  'Send a key as `Authorization: Bearer KEY` or `X-API-Token: KEY`. Pages of this service may use a session’s cookie instead; every change by it needs an `Origin` header of this service.',
  'Errors are problem details (RFC 9457) with a stable `code`. Times are RFC 3339. Unknown fields are refused by name.',
  'Lists are paged by cursor: send `nextCursor` back as `cursor`, with the same `sort`.',
  'Every POST takes an `Idempotency-Key`, but those that answer with a sign-in: there it changes nothing.',
].join(' ');

/** The document of everything that was added to `app`, the same wherever it is served. */
export function openApiDocument(app: OpenAPIHono<ApiEnv>): OpenApiDocument {
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key',
  });
  registry.registerComponent('securitySchemes', 'apiToken', { type: 'apiKey', in: 'header', name: 'X-API-Token' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'waymark_session',
    description: 'Where the service is reached by https its name is `__Host-waymark_session`',
  });
  registry.register('LinkBulkUpdate', linkBulkUpdateSchema);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Waymark API',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/api' }],
  });
  // Rendered once: what is left are plain values in a fixed order.
  return JSON.parse(JSON.stringify(document)) as OpenApiDocument;
}

/** As it is served and committed. */
export function documentText(document: OpenApiDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
