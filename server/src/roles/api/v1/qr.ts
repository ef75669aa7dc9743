import { qrQuerySchema } from '@waymark/contract/v1/qr';
import { hashBody } from '../../../http/body.ts';
import { isKnown } from '../../../http/if-none-match.ts';
import { QrTooSmall, renderQr } from '../../../http/qr.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import type { V1Routes } from './routes.ts';

/** A link's code and its QR code never change; what a picture is made of is in its URL. */
const CACHE = 'private, max-age=86400';

/** QR codes of short URLs. */
export function addQrRoute(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'get',
      path: '/v1/links/{id}/qr',
      tag: 'Links',
      summary: 'QR code of a link',
      description: 'Of its short URL, with whole pixels for modules. A size too small for the code is refused.',
      scope: 'read',
      query: qrQuerySchema,
      condition: 'If-None-Match',
      success: { status: 200, description: 'The picture', files: ['image/png', 'image/svg+xml'], headers: ['ETag'] },
    },
    async ({ c, id, query }) => {
      const link = await deps.queries.links.get(id);
      if (!link) throw new AppError('not_found', 'Link not found');
      const text = deps.shortUrl(link.code);
      const etag = `"${hashBody(new TextEncoder().encode(JSON.stringify([text, query]))).slice(0, 32)}"`;
      const headers = { ETag: etag, 'Cache-Control': CACHE };
      if (isKnown(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
      const { contentType, body } = await renderQr(text, query).catch(refuse);
      return new Response(body, {
        headers: { ...headers, 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' },
      });
    },
  );
}

function refuse(error: unknown): never {
  if (error instanceof QrTooSmall)
    throw invalidField('size', `must be at least ${error.sizeMin} for this link and margin`);
  throw error;
}
