import { classicUrlPatch } from '@waymark/contract/classic';
import { validate } from '../../../http/validate.ts';
import type { LinkWithCounts } from '../../../links/link.ts';
import type { LinkPatch } from '../../../links/store.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext } from '../env.ts';
import { parseTime } from './classic-time.ts';
import { eventList, urlList } from './lists.ts';
import { createLink, destinationOf } from './new-url.ts';
import { created, notFound, pathId, readObject, refuseEmpty, settleClicks } from './request.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';
import { urlView } from './views.ts';

/** Digits alone: any other segment below /urls is a short code, and the edge answers it. */
export const URL_PATH = '/urls/:id{[0-9]+}';

export function addUrlRoutes(routes: ClassicRoutes, deps: ApiDeps): void {
  const list = urlList(deps);
  routes.read('/urls', (c) => list(c, {}));
  routes.write('POST', '/urls', createUrl(deps));
  routes.write('POST', '/shorten', shorten(deps));
  routes.read(URL_PATH, readUrl(deps));
  routes.write(['PUT', 'PATCH'], URL_PATH, updateUrl(deps));
  routes.write('DELETE', URL_PATH, deleteUrl(deps));
  routes.read(`${URL_PATH}/events`, listUrlEvents(deps));
}

function createUrl(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const { link, scope } = await createLink(c, deps);
    return created(c, scope, `/urls/${link.id}`, urlView(link, deps.shortUrl));
  };
}

function shorten(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const { link, scope } = await createLink(c, deps);
    const { id, code, url } = link;
    return created(c, scope, `/urls/${id}`, {
      id,
      short_code: code,
      short_url: deps.shortUrl(code),
      original_url: url,
    });
  };
}

function readUrl(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const id = pathId(c, 'URL');
    await settleClicks(c, deps);
    const link = await existingLink(deps, id);
    c.header('X-Cache', 'BYPASS');
    return c.json(urlView(link, deps.shortUrl));
  };
}

function updateUrl(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const patch = readPatch((await readObject(c)).value, deps);
    const id = pathId(c, 'URL');
    const link = await deps.write().links.update(id, patch, null);
    return c.json(urlView(link, deps.shortUrl));
  };
}

function readPatch(body: Record<string, unknown>, deps: ApiDeps): LinkPatch {
  const { original_url, title, is_active, expires_at } = validate(classicUrlPatch, body);
  const patch: LinkPatch = {};
  if (original_url !== undefined) patch.url = destinationOf('original_url', original_url, deps);
  if (title !== undefined) patch.title = title;
  if (is_active !== undefined) patch.active = is_active;
  if (expires_at !== undefined) patch.expiresAt = expires_at === null ? null : parseTime('expires_at', expires_at);
  refuseEmpty(patch);
  return patch;
}

function deleteUrl(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    await deps.write().links.delete(pathId(c, 'URL'), null);
    return c.body(null, 204);
  };
}

function listUrlEvents(deps: ApiDeps): ClassicHandler {
  const list = eventList(deps);
  return async (c: ApiContext) => {
    const id = pathId(c, 'URL');
    await existingLink(deps, id);
    c.header('X-Cache', 'BYPASS');
    return list(c, { linkId: id });
  };
}

/** The live link of an id. Errors: `not_found`. */
export async function existingLink({ queries }: Pick<ApiDeps, 'queries'>, id: number): Promise<LinkWithCounts> {
  const link = await queries.links.get(id);
  if (link === null) throw notFound('URL');
  return link;
}
