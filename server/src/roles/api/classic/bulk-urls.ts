import { ERROR_STATUS, type ErrorCode, LIMITS } from '@waymark/contract';
import { asObject, readJson } from '../../../http/body.ts';
import type { NewLink } from '../../../links/store.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { readNewLink } from './new-url.ts';
import { writeOf } from './request.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';
import { urlView } from './views.ts';

type BulkEntry =
  | { index: number; status: 201; url: ReturnType<typeof urlView> }
  | { index: number; status: number; error: string; code: string };

export function addBulkUrlRoute(routes: ClassicRoutes, deps: ApiDeps): void {
  routes.write('POST', '/urls/bulk', createUrls(deps));
}

/** Each item on its own: what is refused keeps nothing else from being made. */
function createUrls(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const { bytes, value } = await readJson(c.req.raw);
    const items = itemsOf(value);
    const scope = writeOf(c, deps, bytes);
    const read = items.map((item) => readItem(item, deps));
    const links = read.filter((item): item is NewLink => !(item instanceof AppError));
    const made = links.length > 0 ? (await scope.links.createMany(links)).values() : [].values();
    const results = read.map((item, index): BulkEntry => {
      if (item instanceof AppError) return refused(index, item.code, item.message);
      const result = made.next().value;
      if (result === undefined) throw new Error('fewer links were answered than asked for');
      if (!result.ok) return refused(index, result.code, result.message);
      return { index, status: 201, url: urlView(result.value, deps.shortUrl) };
    });
    if (scope.replayed) c.header('Idempotency-Replayed', 'true');
    const count = results.filter(({ status }) => status === 201).length;
    return c.json({ created: count, failed: results.length - count, results }, 201);
  };
}

function itemsOf(body: unknown): unknown[] {
  const items = Array.isArray(body) ? body : asObject(body).urls;
  if (!Array.isArray(items)) throw invalidField('urls', 'must be an array');
  if (items.length === 0) throw invalidField('urls', 'must not be empty');
  if (items.length > LIMITS.bulkItemsMax) throw invalidField('urls', `has more than ${LIMITS.bulkItemsMax} items`);
  return items;
}

function readItem(item: unknown, deps: ApiDeps): NewLink | AppError {
  try {
    return readNewLink(asObject(item), deps);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function refused(index: number, code: string, error: string): BulkEntry {
  return { index, status: ERROR_STATUS[code as ErrorCode], error, code };
}
