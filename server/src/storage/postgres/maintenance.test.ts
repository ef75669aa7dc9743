import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { createIngestDatabase, type IngestDatabase } from '../conformance/postgres-ingest-database.ts';
import { sealed, testBatch, testClick } from '../conformance/test-clicks.ts';
import { PostgresIngestStore } from './ingest-store.ts';
import { PostgresMaintenance } from './maintenance.ts';
import { monthNamed, monthsFrom } from './months.ts';

const START = Date.UTC(2026, 2, 10, 12);
const DAY = Math.floor(START / DAY_MS);

let db: IngestDatabase;
let now = START;
let seq = 1;
beforeAll(async () => {
  db = await createIngestDatabase();
  await db.addLinks([{ id: 1, ownerId: 7 }, { id: 2 }]);
});
beforeEach(async () => {
  now = START;
  await db.clear();
  for (const { name } of await db.rows<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE tablename ~ '^(clicks|visitors_seen)_[0-9]'`,
  ))
    await db.pool.query(`DROP TABLE ${name}`);
  await db.pool.query('DELETE FROM click_retention; UPDATE links SET deleted_at = NULL');
});
afterAll(() => db.close());

const maintenance = (retentionDays = 0) => new PostgresMaintenance(db.pool, { now: () => now, retentionDays });
const ingest = async (times: readonly number[], linkId = 1) => {
  const store = new PostgresIngestStore(db.pool, { now: () => now, sampleRate: 1 });
  const clicks = times.map((at) => testClick(seq++, { at, linkId, visitor: seq }));
  await store.ingestAll([sealed(testBatch(clicks))]);
};
async function untilDone(step: () => Promise<boolean>): Promise<number> {
  let slices = 1;
  while (await step()) slices++;
  return slices;
}
const counter = (kind: string) => db.sum('counters', 'n', `kind = '${kind}'`);
const placeOf = () =>
  db.rows<{ place: string; n: number }>(
    'SELECT tableoid::regclass::text AS place, count(*) AS n FROM clicks GROUP BY 1 ORDER BY 1',
  );

describe('months', () => {
  test('go on over the end of a year, and are known by their names', () => {
    const months = monthsFrom(Date.UTC(2026, 10, 30, 23), 2);
    expect(months.map(({ name }) => name)).toEqual(['clicks_2026_11', 'clicks_2026_12', 'clicks_2027_01']);
    expect(months[1]).toEqual({ name: 'clicks_2026_12', from: Date.UTC(2026, 11), to: Date.UTC(2027, 0) });
    expect(monthNamed('clicks_2026_12')).toEqual(months[1] ?? null);
    expect(monthNamed('clicks_other')).toBeNull();
  });
});

describe('partitions', () => {
  test('are made for this month and two more, for today and two days more, and not again', async () => {
    const { partitions } = maintenance();
    await partitions.makeAhead();
    await Promise.all([partitions.makeAhead(), partitions.makeAhead()]);
    expect(await partitions.list('clicks')).toEqual(['clicks_2026_03', 'clicks_2026_04', 'clicks_2026_05']);
    expect(await partitions.list('visitors_seen')).toEqual([0, 1, 2].map((n) => `visitors_seen_${DAY + n}`));
    expect(await db.rows(`SELECT conname FROM pg_constraint WHERE conname LIKE '%not_here'`)).toEqual([]);
    await ingest([START, START - 60 * DAY_MS]);
    expect(await placeOf()).toEqual([
      { place: 'clicks_2026_03', n: 1 },
      { place: 'clicks_other', n: 1 },
    ]);
  });

  test('have the indexes of their table', async () => {
    await maintenance().partitions.makeAhead();
    const { n } = await db.one<{ n: number }>(
      `SELECT count(*) AS n FROM pg_index WHERE indrelid = 'clicks_2026_03'::regclass`,
    );
    expect(n).toBe(
      (await db.one<{ n: number }>(`SELECT count(*) AS n FROM pg_index WHERE indrelid = 'clicks'::regclass`)).n,
    );
  });

  test('take over the rows that came before them', async () => {
    await ingest([START, START, START - 60 * DAY_MS]);
    await maintenance().partitions.makeAhead();
    expect(await placeOf()).toEqual([
      { place: 'clicks_2026_03', n: 2 },
      { place: 'clicks_other', n: 1 },
    ]);
    expect(await db.count(`visitors_seen_${DAY}`)).toBe(4);
    await ingest([START]);
    expect(await db.count('clicks')).toBe(4);
  });

  test('are made while ingest goes on and somebody reads for long', async () => {
    const reader = await db.pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM clicks');
    const making = maintenance().partitions.makeAhead();
    await ingest([START, START]);
    await reader.query('COMMIT');
    reader.release();
    await making;
    await ingest([START]);
    expect(await db.count('clicks')).toBe(3);
    expect(await maintenance().partitions.list('clicks')).toHaveLength(3);
  });
});

describe('what time removes', () => {
  test('visitors and salts go 48 hours after their day, whole days and those that came late', async () => {
    for (const day of [DAY - 3, DAY - 2]) {
      await db.pool.query('INSERT INTO visitors_seen SELECT $1, 1, n, 1 FROM generate_series(1, 450) AS n', [day]);
      await db.pool.query('INSERT INTO visitor_salts VALUES ($1, $2)', [day, 'salt']);
    }
    await maintenance().partitions.makeAhead();
    await db.pool.query('INSERT INTO visitors_seen VALUES ($1, 1, 1, 1)', [DAY]);
    await untilDone(() => maintenance().dropOldVisitors());
    expect(await db.count('visitors_seen')).toBe(451);
    expect(await db.count('visitor_salts')).toBe(1);
    now += 3 * DAY_MS;
    await untilDone(() => maintenance().dropOldVisitors());
    expect(await db.count('visitors_seen')).toBe(0);
    expect(await maintenance().partitions.list('visitors_seen')).toEqual([1, 2].map((n) => `visitors_seen_${DAY + n}`));
  });

  test('rows of clicks go by whole days and months; counters follow, totals and rollups stay', async () => {
    now = Date.UTC(2026, 0, 15);
    await maintenance().partitions.makeAhead();
    const old = [Date.UTC(2026, 0, 3), Date.UTC(2026, 0, 9), Date.UTC(2026, 0, 9)];
    await ingest(old);
    await ingest(old, 2);
    now = START;
    await ingest([Date.UTC(2025, 5, 1), Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 3, 5), Date.UTC(2026, 2, 9)]);
    await db.pool.query('UPDATE links SET deleted_at = 1 WHERE id = 2');
    await db.pool.query(`UPDATE counters SET n = n - 3 WHERE kind IN ('events', 'events_by_type')`);
    const rollups = () => db.rows('SELECT link_id, slot, clicks FROM rollup_15m ORDER BY 1, 2, 3');
    const before = await rollups();

    const keeper = maintenance(7);
    await untilDone(() => keeper.retainClicks());
    expect(await db.rows('SELECT at FROM clicks ORDER BY at')).toEqual([
      { at: Date.UTC(2026, 2, 3, 5) },
      { at: Date.UTC(2026, 2, 9) },
    ]);
    expect(await keeper.partitions.list('clicks')).toEqual(['clicks_2026_03']);
    expect(await db.rows(`SELECT tablename FROM pg_tables WHERE tablename LIKE 'clicks_gone%'`)).toEqual([]);
    expect(await db.rows('SELECT link_id, clicks, click_rows FROM link_stats ORDER BY 1')).toEqual([
      { link_id: 1, clicks: 7, click_rows: 2 },
      { link_id: 2, clicks: 3, click_rows: 0 },
    ]);
    expect([await counter('events'), await counter('events_by_type'), await counter('events_by_user')]).toEqual([
      2, 2, 2,
    ]);
    expect(await rollups()).toEqual(before);
    expect(await db.one('SELECT rows_since FROM click_retention')).toEqual({ rows_since: Date.UTC(2026, 2, 3) });
  });

  test('a month that was being removed when its worker died is finished by the next', async () => {
    now = Date.UTC(2026, 0, 15);
    await maintenance().partitions.makeAhead();
    await ingest([now, now, now]);
    now = START;
    await maintenance(7).partitions.detach('clicks', 'clicks_2026_01');
    await maintenance(7).retainClicks();
    expect(await db.rows(`SELECT tablename FROM pg_tables WHERE tablename LIKE 'clicks_gone%'`)).toHaveLength(1);
    const keeper = maintenance(7);
    await untilDone(() => keeper.retainClicks());
    expect(await db.one('SELECT click_rows FROM link_stats')).toEqual({ click_rows: 0 });
    expect(await counter('events')).toBe(0);
  });

  test('no retention keeps every row', async () => {
    await ingest([Date.UTC(2020, 1, 1)]);
    await untilDone(() => maintenance().retainClicks());
    expect(await db.count('clicks')).toBe(1);
  });

  test('batches below the watermark go after 7 days, those above it stay', async () => {
    await db.pool.query(`INSERT INTO ingest_edges (edge_id, watermark, updated_at) VALUES ('e', 20, 0)`);
    const put = (first: number, last: number, at: number) =>
      db.pool.query(`INSERT INTO ingest_batches VALUES ('e', $1, $2, 'h', $3)`, [first, last, at]);
    await put(1, 10, START - 7 * DAY_MS - 1);
    await put(11, 20, START - 7 * DAY_MS + 1);
    await put(31, 40, START - 8 * DAY_MS);
    await untilDone(() => maintenance().forgetBatches());
    expect(await db.rows('SELECT first_seq FROM ingest_batches ORDER BY 1')).toEqual([
      { first_seq: 11 },
      { first_seq: 31 },
    ]);
  });

  test('kept answers of repeated requests go after 24 hours', async () => {
    const put = (key: string, at: number) =>
      db.pool.query(`INSERT INTO idempotency VALUES ('p', 'r', $1, 'h', '{}', $2)`, [key, at]);
    await put('old', START - DAY_MS);
    await put('new', START - DAY_MS + 1);
    await untilDone(() => maintenance().forgetIdempotency());
    expect(await db.rows('SELECT key FROM idempotency')).toEqual([{ key: 'new' }]);
  });

  test('changes of links go after 7 days, and the floor of the feed rises with them', async () => {
    await db.pool.query('DELETE FROM link_changes');
    for (const [at, days] of [
      [101, 9],
      [102, 8],
      [103, 1],
    ])
      await db.pool.query(
        `INSERT INTO link_changes (seq, link_id, domain_id, code, at) VALUES ($1, 1, 1, 'c', now() - $2 * interval '1 day')`,
        [at, days],
      );
    await untilDone(() => maintenance().forgetLinkChanges());
    expect(await db.rows('SELECT seq FROM link_changes')).toEqual([{ seq: 103 }]);
    expect(await db.one('SELECT feed_floor FROM installation')).toEqual({ feed_floor: 102 });
  });

  test('edges go 7 days after they were last seen, once their counts are complete', async () => {
    const put = (edgeId: string, days: number, accepted: number) =>
      db.pool.query(
        `INSERT INTO edges (edge_id, boot_id, name, version, lease_until, seen_at, accepted_seq)
         VALUES ($1, 'b', 'n', 'v', now() - interval '1 minute', now() - $2 * interval '1 day', $3)`,
        [edgeId, days, accepted],
      );
    await db.pool.query(
      `DELETE FROM edges; INSERT INTO ingest_edges (edge_id, watermark, updated_at) VALUES ('done', 50, 0), ('behind', 50, 0)`,
    );
    await put('done', 8, 50);
    await put('behind', 8, 51);
    await put('idle', 8, 0);
    await put('young', 6, 0);
    await untilDone(() => maintenance().forgetEdges());
    expect(await db.rows('SELECT edge_id FROM edges ORDER BY 1')).toEqual([
      { edge_id: 'behind' },
      { edge_id: 'young' },
    ]);
  });
});

describe('days', () => {
  test('are left alone until 6 hours after their end', async () => {
    const start = Date.UTC(2026, 2, 5);
    await ingest([start + HOUR_MS, start + 2 * HOUR_MS]);
    now = start + DAY_MS + 6 * HOUR_MS - 1;
    await untilDone(() => maintenance().compactDay());
    expect(await db.count('rollup_day')).toBe(0);
    now += 1;
    await untilDone(() => maintenance().compactDay());
    expect(await db.sum('rollup_day', 'clicks')).toBe(await db.sum('rollup_hour_all', 'clicks'));
    expect(await db.one('SELECT days_before FROM rollup_tiers')).toEqual({ days_before: start / DAY_MS + 1 });
  });

  test('that were broken off are summed up again from the start', async () => {
    const day = DAY - 3;
    await ingest([day * DAY_MS + 1, day * DAY_MS + 2]);
    // As a worker leaves it that dies after the border for late clicks was moved.
    await db.pool.query('UPDATE rollup_tiers SET late_before = $1', [day + 1]);
    await ingest([day * DAY_MS + 3]);
    expect(await db.sum('rollup_day', 'clicks', 'link_id = 1')).toBeGreaterThan(0);
    await untilDone(() => maintenance().compactDay());
    expect(await db.sum('rollup_day', 'clicks')).toBe(await db.sum('rollup_hour_all', 'clicks'));
  });
});
