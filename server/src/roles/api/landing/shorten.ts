import { ERROR_STATUS } from '@waymark/contract';
import type { Hono, MiddlewareHandler } from 'hono';
import { mediaType, readBytes } from '../../../http/body.ts';
import { FORM_PAGE_POLICY } from '../../../http/page.ts';
import { isSameOrigin } from '../../../http/same-origin.ts';
import { AppError } from '../../../platform/app-error.ts';
import { readNewLink } from '../classic/new-url.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext, ApiEnv } from '../env.ts';
import { languageOf, wantsHtml } from './landing.ts';
import { type ShortenInput, shortenErrors, shortenedPage, shortenPage } from './shorten-page.ts';

/** An address of the greatest length, each of its characters four bytes that are escaped, and a name. */
const FORM_BYTES_MAX = 32_768;

/**
 * A form at the root that shortens a link, for visitors to whom the classic API is open; all others are passed on.
 * `guard` is the classic API's for writes: what it lets in, and how often, holds here too.
 */
export function addShortenForm(app: Hono<ApiEnv>, deps: ApiDeps, guard: MiddlewareHandler<ApiEnv>): void {
  const { version } = deps.config.release;

  app.get('/', async (c, next) => {
    if (!wantsHtml(c) || !(await isOpenTo(c))) return next();
    return answer(c, shortenPage(languageOf(c), version));
  });

  app.post('/', async (c) => {
    if (!isSameOrigin(c.req.raw.headers)) throw new AppError('forbidden', 'This form is sent from its own page alone');
    const input = await readInput(c.req.raw);
    const language = languageOf(c);
    try {
      const { code, url } = await create(c, input);
      return answer(c, shortenedPage(language, deps.shortUrl(code), url), 201);
    } catch (error) {
      const errors = error instanceof AppError ? shortenErrors(language, error) : null;
      if (!(error instanceof AppError) || errors === null) throw error;
      if (error.retryAfterSeconds !== null) c.header('Retry-After', String(Math.ceil(error.retryAfterSeconds)));
      return answer(c, shortenPage(language, version, input, errors), ERROR_STATUS[error.code]);
    }
  });

  async function create(c: ApiContext, { url, alias }: ShortenInput) {
    const made = Promise.withResolvers<{ code: string; url: string }>();
    await guard(c, async () => {
      const link = readNewLink({ original_url: url.trim(), ...(alias.trim() && { short_code: alias.trim() }) }, deps);
      made.resolve(await deps.write().links.create(link));
    });
    return made.promise;
  }

  function isOpenTo(c: ApiContext): Promise<boolean> {
    return deps.access.classic({ headers: c.req.raw.headers, peer: c.env.peer }, 'write').then(
      () => true,
      () => false,
    );
  }
}

/** Errors: `unsupported_content_type` for what no form sends, and those of `readBytes`. */
async function readInput(request: Request): Promise<ShortenInput> {
  if (mediaType(request.headers) !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_content_type', 'Content-Type must be application/x-www-form-urlencoded');
  }
  const fields = new URLSearchParams(new TextDecoder().decode(await readBytes(request, FORM_BYTES_MAX)));
  return { url: fields.get('url') ?? '', alias: fields.get('alias') ?? '' };
}

/** @NOTE Without a referrer a browser sends `Origin: null` with the form, so the page keeps it for its own server. */
function answer(c: ApiContext, html: string, status = 200): Response {
  const headers = {
    'Cache-Control': 'private, no-store',
    'Content-Security-Policy': FORM_PAGE_POLICY,
    'Referrer-Policy': 'same-origin',
    Vary: 'Accept, Accept-Language',
  };
  return c.html(html, status as 200, headers) as Response;
}
