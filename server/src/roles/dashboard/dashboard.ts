import { type Context, Hono } from 'hono';
import { acceptsEncoding } from '../../http/accept.ts';
import { isKnown } from '../../http/if-none-match.ts';
import { AppError } from '../../platform/app-error.ts';
import { type BuiltFile, type BuiltFiles, hidesPart, namesFile, readBuiltFiles } from './built-files.ts';
import { NOT_BUILT_PAGE } from './not-built-page.ts';
import { securityHeaders } from './security-headers.ts';

const ROOT = '/app';
/** Vite puts the hash of its content into each name below this. */
const HASHED = 'assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The dashboard's files under /app, from the directory of its build; every path of the dashboard's own is its index.html.
 * Read at the first request that finds a build, and kept: a build made later is served after a restart.
 */
export function createDashboard(directory: string): Hono {
  const app = new Hono({ strict: false });
  let built: Promise<BuiltFiles | null> | null = null;
  const files = async (): Promise<BuiltFiles | null> => {
    built ??= readBuiltFiles(directory);
    const found = await built;
    if (found === null) built = null;
    return found;
  };

  app.use(`${ROOT}/*`, async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders(c.req.header('host') ?? ''))) c.header(name, value);
  });
  app.get(`${ROOT}/*`, async (c) => {
    const found = await files();
    if (found === null) return c.html(NOT_BUILT_PAGE, 503, { 'Cache-Control': 'no-store' });
    const path = c.req.path.slice(ROOT.length + 1);
    const file = found.get(path) ?? pageAt(path, found);
    if (file === null) throw new AppError('not_found', 'Not found');
    return fileResponse(c, file, path.startsWith(HASHED) ? FOR_EVER : 'no-cache');
  });
  return app;
}

/** The dashboard finds its own pages by their path; null for what can only be the name of a file. */
function pageAt(path: string, files: BuiltFiles): BuiltFile | null {
  if (path.startsWith(HASHED) || namesFile(path) || hidesPart(path)) return null;
  return files.get('index.html') ?? null;
}

function fileResponse(c: Context, file: BuiltFile, cacheControl: string): Response {
  const { bytes, brotli, contentType, hash } = file;
  const encoded = brotli !== null && acceptsEncoding(c.req.header('accept-encoding') ?? '', 'br');
  // A strong tag names the bytes that are sent, so each coding has its own. Source: RFC 9110, 8.8.3.
  const etag = encoded ? `"${hash}-br"` : `"${hash}"`;
  const headers = {
    'Cache-Control': cacheControl,
    ETag: etag,
    ...(brotli !== null && { Vary: 'Accept-Encoding' }),
  };
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  const body = encoded ? brotli : bytes;
  return c.body(body, 200, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': String(body.byteLength),
    ...(encoded && { 'Content-Encoding': 'br' }),
  });
}
