import { type Kysely, sql } from 'kysely';
import type { ClickRange, ClicksPage, ExportedClick } from '../../clicks/analytics.ts';
import { FIRST_ON_LINK } from '../../clicks/rollup-rows.ts';
import { planFor } from './analytics-plan.ts';
import { conditionOf } from './analytics-scan.ts';
import { VALUE_COLUMNS, valueTexts } from './click-events.ts';
import { someId } from './ids.ts';
import type { Schema } from './schema.ts';

/** Ids that one statement looks at, and how long a call goes on before it leaves the rest to the next. */
const IDS_PER_STATEMENT = 200_000;
const CALL_MS = 1000;
/** A link's rows are found through its index, whatever lies between. */
const IDS_PER_STATEMENT_OF_LINK = 10 * IDS_PER_STATEMENT;

type Row = { id: number; link_id: number; at: number; first_seen: number } & Record<
  (typeof VALUE_COLUMNS)[number],
  number
>;

/** One page of rows as text. Clicks of deleted links are left out. A page ends early rather than take long. */
export async function readClicksPage(
  db: Kysely<Schema>,
  range: ClickRange & { afterId: number; limit: number },
): Promise<ClicksPage> {
  const plan = await planFor(db, range, true);
  const span = plan.kind === 'nothing' ? null : await idSpan(db, range);
  if (!span) return { rows: [], nextAfterId: null };
  const step = plan.linkId === null ? IDS_PER_STATEMENT : IDS_PER_STATEMENT_OF_LINK;
  const end = performance.now() + CALL_MS;
  const found: Row[] = [];
  let after = Math.max(range.afterId, span.minId - 1);
  do {
    const last = Math.min(after + step, span.maxId);
    const wanted = range.limit - found.length;
    const { rows } = await sql<Row>`
      SELECT id, link_id, at, first_seen, ${sql.join(VALUE_COLUMNS.map((column) => sql.ref(column)))} FROM clicks
      WHERE id > ${after}::bigint AND id <= ${last}::bigint
        AND at >= ${range.from}::bigint AND at < ${range.to}::bigint AND ${conditionOf(plan, someId)}
        AND NOT EXISTS (SELECT 1 FROM links WHERE links.id = clicks.link_id AND links.deleted_at IS NOT NULL)
      ORDER BY id LIMIT ${wanted}::bigint`.execute(db);
    found.push(...rows);
    after = rows.length === wanted ? (rows.at(-1)?.id ?? last) : last;
  } while (after < span.maxId && found.length < range.limit && performance.now() < end);
  const texts = await valueTexts(
    db,
    found.flatMap((row) => VALUE_COLUMNS.map((column) => row[column])),
  );
  return { rows: found.map((row) => toClick(row, texts)), nextAfterId: after < span.maxId ? after : null };
}

/**
 * Ids among which all clicks of a time range are; null where there are none.
 * Whole months are asked about: each is a partition of its own, so that every id is the first or last of one.
 */
async function idSpan(
  db: Kysely<Schema>,
  { from, to }: { from: number; to: number },
): Promise<{ minId: number; maxId: number } | null> {
  const first = new Date(from);
  const last = new Date(to - 1);
  const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1);
  const end = Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1);
  const { rows } = await sql<{ min_id: number | null; max_id: number | null }>`
    SELECT min(id) AS min_id, max(id) AS max_id FROM clicks WHERE at >= ${start}::bigint AND at < ${end}::bigint`.execute(
    db,
  );
  const { min_id: minId, max_id: maxId } = rows[0] ?? {};
  return minId == null || maxId == null ? null : { minId, maxId };
}

function toClick(row: Row, texts: ReadonlyMap<number, string>): ExportedClick {
  const values = Object.fromEntries(VALUE_COLUMNS.map((column) => [column, texts.get(row[column]) ?? '']));
  return {
    id: row.id,
    linkId: row.link_id,
    at: row.at,
    firstToday: (row.first_seen & FIRST_ON_LINK) !== 0,
    values: values as ExportedClick['values'],
  };
}
