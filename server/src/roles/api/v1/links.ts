import { LIMITS } from '@waymark/contract';
import {
  linkCreateSchema,
  linkListQuerySchema,
  linkPageSchema,
  linkPatchSchema,
  linkSchema,
} from '@waymark/contract/v1/links';
import { isKnown } from '../../../http/if-none-match.ts';
import type { LinkWithCounts } from '../../../links/link.ts';
import type { LinkFilter, LinkSort } from '../../../links/store.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { cutPage, decodeCursor, isPositiveId } from './cursor.ts';
import { linkETag, matchedVersions } from './etag.ts';
import { inV1Words, toLinkPatch, toNewLink } from './link-input.ts';
import { createLinkView } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Links';

/** Links one by one, and their list. */
export function addLinkRoutes(v1: V1Routes, deps: ApiDeps): void {
  const view = createLinkView(deps);
  const shown = (link: LinkWithCounts, status = 200, headers: Record<string, string> = {}) =>
    json(view(link), status, { 'Cache-Control': 'private, no-cache', ETag: linkETag(link), ...headers });

  v1.add(
    {
      method: 'post',
      path: '/v1/links',
      tag: TAG,
      summary: 'Create a link',
      description: 'Always a new link with a code of its own, the same URL twice included.',
      scope: 'write',
      body: linkCreateSchema,
      success: { status: 201, description: 'The link', schema: linkSchema, headers: ['Location', 'ETag'] },
      errors: ['invalid_url', 'self_link', 'invalid_code', 'reserved_code', 'code_taken'],
    },
    async ({ body, write }) => {
      const link = await write().links.create(toNewLink(body, deps)).catch(rethrow);
      return shown(link, 201, { Location: `/api/v1/links/${link.id}` });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/links',
      tag: TAG,
      summary: 'List links',
      scope: 'read',
      query: linkListQuerySchema,
      success: { status: 200, description: 'One page of links', schema: linkPageSchema },
    },
    async ({ query }) => {
      const descending = query.sort.startsWith('-');
      const sort = query.sort.replace('-', '') as LinkSort;
      const position = decodeCursor<[string, string | number, number]>(
        query.cursor,
        ([sortedBy, value, id]) => sortedBy === query.sort && isSortValue(sort, value) && isPositiveId(id),
      );
      const rows = await deps.queries.links.list({
        filter: filterOf(query),
        sort,
        descending,
        limit: query.limit + 1,
        ...(position && { after: { value: position[1], id: position[2] } }),
      });
      return json(cutPage(rows, query.limit, view, (link) => [query.sort, link[sort], link.id]));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/links/{id}',
      tag: TAG,
      summary: 'Get a link',
      scope: 'read',
      condition: 'If-None-Match',
      success: { status: 200, description: 'The link', schema: linkSchema, headers: ['ETag'] },
    },
    async ({ c, id }) => {
      const link = await deps.queries.links.get(id);
      if (!link) throw linkNotFound();
      const etag = linkETag(link);
      if (!isKnown(c.req.header('if-none-match'), etag)) return shown(link);
      return new Response(null, { status: 304, headers: { ETag: etag, 'Cache-Control': 'private, no-cache' } });
    },
  );

  v1.add(
    {
      method: 'patch',
      path: '/v1/links/{id}',
      tag: TAG,
      summary: 'Change a link',
      description: 'Fields that are left out stay as they are.',
      scope: 'write',
      body: linkPatchSchema,
      condition: 'If-Match',
      success: { status: 200, description: 'The link as it is now', schema: linkSchema, headers: ['ETag'] },
      errors: ['invalid_url', 'self_link'],
    },
    async ({ c, id, body, write }) => {
      const patch = toLinkPatch(body, deps);
      const version = await versionToMatch(id, c.req.header('if-match'));
      return shown(await write().links.update(id, patch, version).catch(rethrow));
    },
  );

  v1.add(
    {
      method: 'delete',
      path: '/v1/links/{id}',
      tag: TAG,
      summary: 'Delete a link',
      description: `Hidden at once; its code stays taken, and it can be restored for ${LIMITS.restoreDays} days.`,
      scope: 'write',
      condition: 'If-Match',
      success: { status: 204, description: 'Deleted' },
    },
    async ({ c, id, write }) => {
      const version = await versionToMatch(id, c.req.header('if-match'));
      await write().links.delete(id, version).catch(rethrow);
      return new Response(null, { status: 204 });
    },
  );

  v1.add(
    {
      method: 'post',
      path: '/v1/links/{id}/restore',
      tag: TAG,
      summary: 'Restore a deleted link',
      description: `Within ${LIMITS.restoreDays} days of its deletion, with its clicks and events.`,
      scope: 'write',
      success: { status: 200, description: 'The link', schema: linkSchema, headers: ['ETag'] },
      errors: ['conflict'],
    },
    async ({ id, write }) => shown(await write().links.restore(id).catch(rethrow)),
  );

  /** The one version that a command may change, or null for any. Errors: `precondition_failed`, `not_found`. */
  async function versionToMatch(id: number, header: string | undefined): Promise<number | null> {
    const versions = matchedVersions(header);
    if (versions === null || versions.length === 1) return versions?.[0] ?? null;
    const link = await deps.queries.links.get(id);
    if (!link) throw linkNotFound();
    if (!versions.includes(link.version))
      throw new AppError('precondition_failed', 'The link has changed since it was read');
    return link.version;
  }
}

interface FilterInput {
  q?: string | undefined;
  active?: boolean | undefined;
  expired?: boolean | undefined;
  deleted?: boolean | undefined;
  id?: number | undefined;
  code?: string | undefined;
  ownerId?: number | undefined;
}

/** What a list's query asks for. */
export function filterOf({ q, active, expired, deleted, id, code, ownerId }: FilterInput): LinkFilter {
  return {
    ...(q && { search: q }),
    ...(active !== undefined && { active }),
    ...(expired !== undefined && { expired }),
    ...(deleted !== undefined && { deleted }),
    ...(id !== undefined && { ids: [id] }),
    ...(code !== undefined && { code }),
    ...(ownerId !== undefined && { ownerId }),
  };
}

function isSortValue(sort: LinkSort, value: unknown): boolean {
  return sort === 'code'
    ? typeof value === 'string' && value.length <= LIMITS.codeLengthMax
    : Number.isSafeInteger(value);
}

function linkNotFound(): AppError {
  return new AppError('not_found', 'Link not found');
}

function rethrow(error: unknown): never {
  throw inV1Words(error);
}
