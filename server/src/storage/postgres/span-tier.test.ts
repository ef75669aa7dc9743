import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createPostgresHarness, type PostgresHarness } from '../conformance/postgres-harness.ts';
import { sumUpSpan } from './span-tier.ts';

const DAY = 20_096; // The first of a span.
const COUNTS = 'clicks, visitors, human_clicks, human_visitors';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await createPostgresHarness();
}, 60_000);
afterAll(() => harness.close());
beforeEach(() => harness.empty());

const run = (text: string) => harness.pool.query(text);
const add = (day: number, value: number, clicks: number) =>
  run(
    `INSERT INTO rollup_day (day, link_id, value_id, ${COUNTS}) VALUES (${day}, 0, ${value}, ${clicks}, 1, ${clicks}, 1)`,
  );
const completeBefore = (day: number) => run(`UPDATE rollup_tiers SET days_before = ${day}`);

/** Values whose sum over a complete span is not that of its days. */
async function differences() {
  const { rows } = await run(
    `SELECT span, link_id, value_id, sum(clicks) AS clicks, sum(visitors) AS visitors FROM (
       SELECT span, link_id, value_id, clicks, visitors FROM rollup_span
       UNION ALL SELECT day >> 4, link_id, value_id, -clicks, -visitors FROM rollup_day) r
     WHERE span < (SELECT spans_before FROM rollup_tiers)
     GROUP BY 1, 2, 3 HAVING sum(clicks) <> 0 OR sum(visitors) <> 0`,
  );
  return rows;
}
const spansBefore = async () => (await run('SELECT spans_before FROM rollup_tiers')).rows[0]?.spans_before;

test('whole spans of complete days are summed up, one at a time', async () => {
  await completeBefore(DAY + 40);
  for (let day = 0; day < 40; day++) await add(DAY + day, 7 + (day % 3), day + 1);
  expect(await sumUpSpan(harness.pool)).toBe(true);
  expect(await spansBefore()).toBe(DAY / 16 + 1);
  expect(await sumUpSpan(harness.pool)).toBe(false);
  expect(await sumUpSpan(harness.pool)).toBe(false);
  expect(await spansBefore()).toBe(DAY / 16 + 2);
  expect(await differences()).toEqual([]);
  const { rows } = await run('SELECT span, sum(clicks) AS clicks FROM rollup_span GROUP BY 1 ORDER BY 1');
  expect(rows).toEqual([
    { span: DAY / 16, clicks: 136 },
    { span: DAY / 16 + 1, clicks: 392 },
  ]);
});

test('days of a span that is complete, or being summed up, may be added to, changed and removed', async () => {
  const change = fc.oneof(
    fc.record({ do: fc.constant('add' as const), day: fc.nat(40), value: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      do: fc.constantFrom('change' as const, 'remove' as const, 'merge' as const),
      day: fc.nat(40),
      value: fc.constant(0),
    }),
    fc.record({ do: fc.constantFrom('sum' as const, 'break' as const), day: fc.constant(0), value: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), async (changes) => {
      await harness.empty();
      await completeBefore(DAY + 40);
      for (const { do: what, day, value } of changes) {
        const rows = `rollup_day WHERE day = ${DAY + day}`;
        if (what === 'add') await add(DAY + day, value, day + value);
        if (what === 'change') await run(`UPDATE rollup_day SET clicks = clicks - 1 WHERE day = ${DAY + day}`);
        if (what === 'remove') await run(`DELETE FROM ${rows}`);
        if (what === 'merge') {
          await run(`WITH old AS (DELETE FROM ${rows} RETURNING *)
            INSERT INTO rollup_day SELECT day, link_id, value_id, sum(clicks), sum(visitors), sum(human_clicks), sum(human_visitors)
            FROM old GROUP BY 1, 2, 3`);
        }
        if (what === 'sum') await sumUpSpan(harness.pool);
        // As a run leaves it that died after the border had gone ahead.
        if (what === 'break') await run('UPDATE rollup_tiers SET late_spans_before = spans_before + 1');
      }
      while (await sumUpSpan(harness.pool));
      expect(await differences()).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('what is added while a span is summed up counts once', async () => {
  await completeBefore(DAY + 16);
  for (let day = 0; day < 16; day++) await add(DAY + day, 7, 100);
  // Holds the one who sums up between the state it has taken and its end, as a great many rows would.
  const blocker = await harness.pool.connect();
  await blocker.query('BEGIN; LOCK TABLE rollup_span IN SHARE MODE');
  const summing = sumUpSpan(harness.pool);
  const waits = async () =>
    (
      await run(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM rollup_span%'`,
      )
    ).rowCount;
  while ((await waits()) === 0) await Bun.sleep(5);
  await blocker.query('ROLLBACK');
  blocker.release();
  await Promise.all([summing, ...Array.from({ length: 20 }, (_, n) => late(n))]);
  while (await sumUpSpan(harness.pool));
  expect(await differences()).toEqual([]);
  const { rows } = await run('SELECT sum(clicks) AS clicks FROM rollup_span');
  expect(rows).toEqual([{ clicks: 1600 + 20 * 5 }]);
});

/** A late addition, as ingest makes them. */
async function late(n: number): Promise<void> {
  const client = await harness.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock_shared(7820004)');
    await client.query(
      `INSERT INTO rollup_day (day, link_id, value_id, ${COUNTS}) VALUES (${DAY + (n % 16)}, 0, 7, 5, 1, 5, 1)`,
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
