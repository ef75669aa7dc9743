import { ERROR_STATUS, type ErrorCode, LIMITS } from '@waymark/contract';
import { idField } from '@waymark/contract/v1/fields';
import {
  type BulkOutcome,
  type LinkBulkResult,
  linkBulkResultSchema,
  linkBulkSchema,
} from '@waymark/contract/v1/link-bulk';
import { type Link, linkBulkUpdateSchema, linkCreateSchema } from '@waymark/contract/v1/links';
import type { LinkWithCounts } from '../../../links/link.ts';
import type { BulkResult } from '../../../links/store.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { inV1Words, toLinkPatch, toNewLink, unknownOwner } from './link-input.ts';
import { createLinkView } from './link-view.ts';
import { parse } from './parse.ts';
import { json, type V1Routes } from './routes.ts';

/** Many changes in one request. */
export function addLinkBulkRoute(v1: V1Routes, deps: ApiDeps): void {
  const view = createLinkView(deps);

  v1.add(
    {
      method: 'post',
      path: '/v1/links/bulk',
      tag: 'Links',
      summary: 'Create, change, delete and restore many links',
      description: `At most ${LIMITS.bulkItemsMax} operations together, each on its own: one that is refused does not stop the others.`,
      scope: 'write',
      body: linkBulkSchema,
      success: { status: 200, description: 'What became of each operation, in order', schema: linkBulkResultSchema },
    },
    async ({ body, write }) => {
      const creates = readEach(body.create, (item) => toNewLink(parse(linkCreateSchema, item, 'create'), deps));
      const updates = readEach(body.update, (item) => {
        const { id, version, ...patch } = parse(linkBulkUpdateSchema, item, 'update');
        return { id, patch: toLinkPatch(patch, deps), ifVersion: version ?? null };
      });
      const deletes = readEach(body.delete, (item) => parse(idField, item, 'id'));
      const restores = readEach(body.restore, (item) => parse(idField, item, 'id'));
      const done = await write().links.bulk({
        creates: creates.sound,
        updates: updates.sound,
        deletes: deletes.sound,
        restores: restores.sound,
      });
      const shown = (link: LinkWithCounts) => view(link);
      return json(
        summed({
          create: creates.outcomes(done.creates, 201, shown, () => inBulk(unknownOwner())),
          update: updates.outcomes(done.updates, 200, shown, linkNotFound),
          delete: deletes.outcomes(done.deletes, 204, () => null, linkNotFound),
          restore: restores.outcomes(done.restores, 200, shown, linkNotFound),
        }),
      );
    },
  );
}

type Refused = Extract<BulkOutcome, { link: null; error: object }>;
type Refusal = Omit<Refused, 'index'>;

/** Operations of one kind: those that could be read, and how all of them turned out. */
interface ReadOperations<T> {
  sound: T[];
  outcomes<V>(
    results: BulkResult<V>[],
    status: number,
    show: (value: V) => Link | null,
    notFound: () => Refusal,
  ): BulkOutcome[];
}

function readEach<T>(items: unknown[], read: (item: unknown) => T): ReadOperations<T> {
  const sound: T[] = [];
  const refusals = items.map((item): Refusal | null => {
    try {
      sound.push(read(item));
      return null;
    } catch (error) {
      return inBulk(error);
    }
  });
  return {
    sound,
    outcomes(results, status, show, notFound) {
      const next = results.values();
      return refusals.map((refusal, index) => {
        if (refusal) return { index, ...refusal };
        const result = next.next().value;
        if (!result) throw new Error('a bulk answered fewer results than operations');
        if (result.ok) return { index, status, link: show(result.value), error: null };
        if (result.code === 'not_found') return { index, ...notFound() };
        return { index, ...inBulk(new AppError(result.code as ErrorCode, result.message)) };
      });
    },
  };
}

function inBulk(error: unknown): Refusal {
  const shown = inV1Words(error);
  if (!(shown instanceof AppError)) throw error;
  const { code, message, details } = shown;
  return {
    status: ERROR_STATUS[code],
    link: null,
    error: { code, message, ...(details.length > 0 && { errors: details }) },
  };
}

const linkNotFound = () => inBulk(new AppError('not_found', 'Link not found'));

function summed(lists: Omit<LinkBulkResult, 'succeeded' | 'failed'>): LinkBulkResult {
  const all = Object.values(lists).flat();
  const failed = all.filter((outcome) => outcome.error !== null).length;
  return { succeeded: all.length - failed, failed, ...lists };
}
