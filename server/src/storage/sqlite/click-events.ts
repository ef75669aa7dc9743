import { type Kysely, type SqlBool, sql } from 'kysely';
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
    .where(sql<SqlBool>`clicks.id in (select value from json_each(${JSON.stringify(ids)}))`)
    .execute();
  const words = await valuesOf(
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

async function valuesOf(db: Kysely<Schema>, ids: readonly number[]): Promise<Map<number, string>> {
  const distinct = JSON.stringify([...new Set(ids)].filter((id) => id !== 0));
  const rows = await db
    .selectFrom('dimension_values')
    .select(['id', 'value'])
    .where(sql<SqlBool>`id in (select value from json_each(${distinct}))`)
    .execute();
  return new Map(rows.map((row) => [row.id, row.value]));
}
