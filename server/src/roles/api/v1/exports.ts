import { DIMENSIONS } from '@waymark/contract';
import { clickExportQuerySchema, eventExportQuerySchema, linkExportQuerySchema } from '@waymark/contract/v1/exports';
import type { ExportedClick } from '../../../clicks/analytics.ts';
import type { EventFilter } from '../../../clicks/event.ts';
import { type RowFile, type RowPage, streamRows } from '../../../http/row-stream.ts';
import type { LinkFilter } from '../../../links/store.ts';
import type { ApiDeps } from '../deps.ts';
import { readRange } from './analytics-range.ts';
import { view as eventView } from './events.ts';
import { createLinkView, isoTime } from './link-view.ts';
import { filterOf } from './links.ts';
import type { V1Routes } from './routes.ts';

/** Rows of one read: writing them takes the main thread a few milliseconds. */
const PAGE_ROWS = 500;

const FILES = ['text/csv', 'application/json'];
const ABOUT =
  'As CSV, or as one JSON array. It streams: any number of rows, none of them held. In CSV a text that begins with = + - @, tab or return gets a leading apostrophe, so that no spreadsheet runs it.';

const LINK_COLUMNS = [
  'id',
  'code',
  'shortUrl',
  'url',
  'title',
  'active',
  'expiresAt',
  'redirectStatus',
  'ownerId',
  'clicks',
  'humanClicks',
  'lastClickAt',
  'createdAt',
  'updatedAt',
];
const EVENT_COLUMNS = ['id', 'linkId', 'userId', 'type', 'at', 'details'];
const CLICK_COLUMNS = [
  'id',
  'at',
  'linkId',
  'code',
  'firstToday',
  ...Object.keys(DIMENSIONS).filter((name) => name !== 'link'),
];

/** Downloads of everything that a list or a chart stands for. */
export function addExportRoutes(v1: V1Routes, deps: ApiDeps): void {
  const view = createLinkView(deps);
  const file = (kind: string, format: RowFile['format'], columns: readonly string[]): RowFile => ({
    format,
    name: `waymark-${kind}-${isoTime(deps.now()).slice(0, 10)}`,
    columns,
  });

  v1.add(
    {
      method: 'get',
      path: '/v1/analytics/export',
      tag: 'Analytics',
      summary: 'Export clicks',
      description: `In the order in which they were recorded. ${ABOUT}`,
      scope: 'read',
      query: clickExportQuerySchema,
      success: { status: 200, description: 'The clicks', files: FILES },
      errors: ['not_found', 'query_timeout'],
    },
    async ({ query }) => {
      const range = await readRange(query, deps);
      const codes = new LinkCodes(deps);
      const page = async (afterId: number): Promise<RowPage> => {
        const { rows, nextAfterId } = await deps.queries.analytics.clicksPage({ ...range, afterId, limit: PAGE_ROWS });
        await codes.learn(rows.map(({ linkId }) => linkId));
        return {
          rows: rows.map((click) => showClick(click, codes)),
          next: nextAfterId === null ? null : () => page(nextAfterId),
        };
      };
      return streamRows(file('clicks', query.format, CLICK_COLUMNS), () => page(0));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/links/export',
      tag: 'Links',
      summary: 'Export links',
      description: `Oldest first. ${ABOUT}`,
      scope: 'read',
      query: linkExportQuerySchema,
      success: { status: 200, description: 'The links', files: FILES },
    },
    ({ query }) => {
      const filter: LinkFilter = filterOf(query);
      const page = async (afterId: number): Promise<RowPage> => {
        const after = { value: afterId, id: afterId };
        const links = await deps.queries.links.list({ filter, sort: 'id', descending: false, limit: PAGE_ROWS, after });
        const last = links.at(-1);
        return {
          rows: links.map(view),
          next: last === undefined ? null : () => page(last.id),
        };
      };
      return streamRows(file('links', query.format, LINK_COLUMNS), () => page(0));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/events/export',
      tag: 'Events',
      summary: 'Export events',
      description: `Newest first. ${ABOUT}`,
      scope: 'read',
      query: eventExportQuerySchema,
      success: { status: 200, description: 'The events', files: FILES },
    },
    ({ query: { link, user, type, format } }) => {
      const filter: EventFilter = {
        ...(link !== undefined && { linkId: link }),
        ...(user !== undefined && { userId: user }),
        ...(type !== undefined && { type }),
      };
      const page = async (beforeId: number | null): Promise<RowPage> => {
        const events = await deps.queries.events.list(filter, {
          limit: PAGE_ROWS,
          ...(beforeId !== null && { beforeId }),
        });
        const last = events.at(-1);
        return {
          rows: events.map(eventView),
          next: last === undefined ? null : () => page(last.id),
        };
      };
      return streamRows(file('events', format, EVENT_COLUMNS), () => page(null));
    },
  );
}

const CODES_KEPT_MAX = 10_000;

/** Codes of the links whose clicks a stream has met. */
class LinkCodes {
  private readonly codes = new Map<number, string>();

  constructor(private readonly deps: ApiDeps) {}

  async learn(linkIds: number[]): Promise<void> {
    if (this.codes.size > CODES_KEPT_MAX) this.codes.clear();
    const ids = [...new Set(linkIds)].filter((id) => !this.codes.has(id));
    if (ids.length === 0) return;
    const page = { filter: { ids }, sort: 'id', descending: false, limit: ids.length } as const;
    for (const { id, code } of await this.deps.queries.links.list(page)) this.codes.set(id, code);
  }

  of(linkId: number): string {
    return this.codes.get(linkId) ?? '';
  }
}

function showClick({ id, linkId, at, firstToday, values }: ExportedClick, codes: LinkCodes) {
  return { id: String(id), at: isoTime(at), linkId: String(linkId), code: codes.of(linkId), firstToday, ...values };
}
