import { type Kysely, sql } from 'kysely';
import type { ActivityEvent } from '../../clicks/event.ts';
import { CLICK_EVENT } from './event-pages.ts';
import type { Schema } from './schema.ts';

/** Columns of `clicks` that hold value ids, in the order in which an event's details name them. */
export const VALUE_COLUMNS = [
  'country',
  'region',
  'city',
  'device',
  'browser',
  'os',
  'referrer',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'language',
  'quality',
  'reason',
] as const;

/** Recorded clicks of live links as events, in no order. `original_url` is where the click was sent, also after an update. */
export async function clickEvents(db: Kysely<Schema>, ids: readonly number[]): Promise<ActivityEvent[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('clicks')
    .innerJoin('links', 'links.id', 'clicks.link_id')
    .leftJoin('link_urls', (join) =>
      join.onRef('link_urls.link_id', '=', 'clicks.link_id').onRef('link_urls.url_version', '=', 'clicks.url_version'),
    )
    .select(['clicks.id', 'clicks.link_id', 'clicks.user_id', 'clicks.at', 'links.code', 'links.url'])
    .select(['link_urls.url as old_url', ...VALUE_COLUMNS.map((column) => `clicks.${column}` as const)])
    .where('links.deleted_at', 'is', null)
    .where('clicks.id', '=', sql<number>`ANY (${ids}::bigint[])`)
    .execute();
  const words = await valueTexts(
    db,
    rows.flatMap((row) => VALUE_COLUMNS.map((column) => row[column])),
  );
  return rows.map((row) => {
    const details: Record<string, unknown> = { short_code: row.code, original_url: row.old_url ?? row.url };
    for (const column of VALUE_COLUMNS) {
      const value = words.get(row[column]);
      if (value) details[column] = value;
    }
    return { id: row.id, linkId: row.link_id, userId: row.user_id, type: CLICK_EVENT, at: row.at, details };
  });
}

/** Texts of value ids; ids without one are left out. */
export async function valueTexts(db: Kysely<Schema>, ids: Iterable<number>): Promise<Map<number, string>> {
  const distinct = [...new Set(ids)].filter((id) => id !== 0);
  if (distinct.length === 0) return new Map();
  const rows = await db
    .selectFrom('dimension_values')
    .select(['id', 'value'])
    .where('id', '=', sql<number>`ANY (${distinct}::bigint[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, row.value]));
}
