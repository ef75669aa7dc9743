import type { Database } from 'bun:sqlite';
import type { ClickRange, ClicksPage, ExportedClick } from '../../clicks/analytics.ts';
import { planFor } from './analytics-plan.ts';
import { conditionOf, Deadline, idsBetween, type ScanLimits } from './analytics-scan.ts';
import { textsOf } from './analytics-top.ts';
import { VALUE_COLUMNS } from './click-events.ts';

/** Ids that one statement looks at, and that one call does. */
const IDS_PER_STATEMENT = 65_536;
const IDS_PER_CALL = 20 * IDS_PER_STATEMENT;

type Row = { id: number; link_id: number; at: number; first_seen: number } & Record<
  (typeof VALUE_COLUMNS)[number],
  number
>;

/** One page of rows as text. Clicks of deleted links are left out. A page ends early rather than take long. */
export async function readClicksPage(
  sqlite: Database,
  range: ClickRange & { afterId: number; limit: number },
  limits: ScanLimits,
): Promise<ClicksPage> {
  const plan = planFor(sqlite, range, true);
  const span = plan.kind === 'nothing' ? null : idsBetween(sqlite, range.from, range.to);
  if (!span) return { rows: [], nextAfterId: null };
  const deadline = new Deadline(limits.deadlineMs / 5);
  const condition = conditionOf(plan, range.from, range.to, true);
  const statement = sqlite.prepare<Row, number[]>(
    `SELECT id, link_id, at, first_seen, ${VALUE_COLUMNS.join(', ')} FROM clicks
     WHERE id BETWEEN ? AND ? AND ${condition.sql}
       AND (SELECT deleted_at FROM links WHERE links.id = clicks.link_id) IS NULL ORDER BY id LIMIT ?`,
  );
  const found: Row[] = [];
  // Through its index a link's rows are found whatever lies between them.
  const step = plan.linkId === null ? IDS_PER_STATEMENT : IDS_PER_CALL;
  let after = Math.max(range.afterId, span.minId - 1);
  const end = Math.min(span.maxId, after + (plan.linkId === null ? IDS_PER_CALL : 50 * IDS_PER_CALL));
  try {
    while (after < end && found.length < range.limit && (found.length === 0 || !deadline.isOver)) {
      const last = Math.min(after + step, end);
      const rows = statement.all(after + 1, last, ...condition.values, range.limit - found.length);
      found.push(...rows);
      after = found.length === range.limit ? (rows.at(-1)?.id ?? last) : last;
      await new Promise<void>((resume) => setImmediate(resume));
    }
  } finally {
    statement.finalize();
  }
  const ids = new Set(found.flatMap((row) => VALUE_COLUMNS.map((column) => row[column])));
  const texts = textsOf(sqlite, [...ids]);
  return { rows: found.map((row) => toClick(row, texts)), nextAfterId: after < span.maxId ? after : null };
}

function toClick(row: Row, texts: Map<number, string>): ExportedClick {
  const values = Object.fromEntries(VALUE_COLUMNS.map((column) => [column, texts.get(row[column]) ?? '']));
  return {
    id: row.id,
    linkId: row.link_id,
    at: row.at,
    firstToday: (row.first_seen & 1) === 1,
    values: values as ExportedClick['values'],
  };
}
