import { LIMITS } from '@waymark/contract';
import type { Query } from '../../../http/query.ts';
import type { RowCount } from '../../../links/store.ts';
import { invalidField } from '../../../platform/app-error.ts';
import type { ApiContext } from '../env.ts';

/** Which rows of a list are asked for. */
export interface Page {
  limit: number;
  offset: number;
  /** Null where no paging was asked for: then the list is its first LIMITS.unpagedRowsMax rows. */
  number: number | null;
}

/** `page`, and `per_page` or `limit`. Errors: `invalid_request` naming the parameter. */
export function readPage(query: Query): Page {
  const number = query.integer('page', 1, Number.MAX_SAFE_INTEGER);
  const perPage = query.integer('per_page', 1, LIMITS.pageSizeMax);
  const limit = query.integer('limit', 1, LIMITS.pageSizeMax);
  if (perPage !== undefined && limit !== undefined && perPage !== limit) {
    throw invalidField('limit', 'differs from per_page: send one of them');
  }
  const size = perPage ?? limit;
  if (number === undefined && size === undefined) return { limit: LIMITS.unpagedRowsMax, offset: 0, number: null };
  const rows = size ?? LIMITS.pageSizeDefault;
  // Beyond any table, and still an integer that a database takes.
  const offset = Math.min(((number ?? 1) - 1) * rows, Number.MAX_SAFE_INTEGER);
  return { limit: rows, offset, number: number ?? 1 };
}

/**
 * A bare array with `X-Total-Count` and `Link`. A total that was not counted to its end reads `100000+`, and no last
 * page is named.  Source: RFC 8288.
 */
export function listResponse(c: ApiContext, baseUrl: string, page: Page, total: RowCount, items: unknown[]): Response {
  c.header('X-Total-Count', total.exact ? String(total.value) : `${total.value}+`);
  c.header('Link', linkHeader(c.req.url, baseUrl, page, total));
  return c.json(items);
}

function linkHeader(requestUrl: string, baseUrl: string, page: Page, total: RowCount): string {
  // A list without paging goes on after its last row in the largest pages there are.
  const size = page.number === null ? LIMITS.pageSizeMax : page.limit;
  const shown = page.number === null ? LIMITS.unpagedRowsMax / size : 1;
  const current = page.number ?? 1;
  const last = Math.max(1, Math.ceil(total.value / size));
  const { pathname, searchParams } = new URL(requestUrl);
  const link = (relation: string, number: number) => {
    const params = new URLSearchParams(searchParams);
    params.delete('limit');
    params.set('page', String(number));
    params.set('per_page', String(size));
    return `<${baseUrl}${pathname}?${params}>; rel="${relation}"`;
  };
  const links = [link('first', 1)];
  if (current > 1) links.push(link('prev', total.exact ? Math.min(current - 1, last) : current - 1));
  const next = current + shown;
  if (!total.exact || next <= last) links.push(link('next', next));
  if (total.exact) links.push(link('last', last));
  return links.join(', ');
}
