import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { CompiledQuery, type Insertable } from 'kysely';
import type { EventFilter } from '../../clicks/event.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { createPostgresHarness, type PostgresHarness } from '../conformance/postgres-harness.ts';
import { SIMPLE_COLUMNS } from '../conformance/simple-clicks.ts';
import { eventPage, PAGE_SETTINGS } from './event-pages.ts';
import { PostgresEventQueries } from './event-queries.ts';
import { inSnapshot } from './read-snapshot.ts';
import type { ClickTable } from './schema.ts';

const START = Date.UTC(2026, 4, 4);

let harness: PostgresHarness;
let queries: PostgresEventQueries;
beforeAll(async () => {
  harness = await createPostgresHarness();
  queries = new PostgresEventQueries(harness);
}, 60_000);
afterAll(() => harness.close());
beforeEach(() => harness.empty());

const NO_VALUES = Object.fromEntries(SIMPLE_COLUMNS.map((column) => [column, 0])) as Record<
  (typeof SIMPLE_COLUMNS)[number],
  number
>;

function click(id: number, linkId: number, userId: number | null, more: Partial<Insertable<ClickTable>> = {}) {
  const at = START + id * HOUR_MS;
  return { id, link_id: linkId, user_id: userId, at, url_version: 1, ...NO_VALUES, visitor: 7, first_seen: 0, ...more };
}

const event = (id: number, linkId: number, userId: number | null, type: string) => ({
  id,
  link_id: linkId,
  user_id: userId,
  type,
  at: START + id * HOUR_MS,
  details: JSON.stringify({ n: id }),
});

/** Two links of two users; ids 1 to 8 of events and recorded clicks mixed, with the counts that writers keep. */
async function history() {
  const { db } = harness;
  const user = (id: number) => ({ id, username: `u${id}`, email: `u${id}@example.com`, created_at: START });
  await db
    .insertInto('users')
    .values([user(1), user(2)])
    .execute();
  const link = (id: number) => ({
    ...{ id, domain_id: 1, code: `code${id}`, url: `https://example.com/${id}`, url_version: id, owner_id: id },
    ...{ active: true, redirect_status: 302, created_at: START, updated_at: START },
  });
  await db
    .insertInto('links')
    .values([link(1), link(2)] as never)
    .execute();
  await db.insertInto('link_urls').values({ link_id: 2, url_version: 1, url: 'https://example.com/old' }).execute();
  await db
    .insertInto('events')
    .values([
      event(1, 1, 1, 'created'),
      event(2, 2, 2, 'created'),
      event(5, 1, 2, 'view'),
      event(6, 1, null, 'click'),
      event(8, 2, 1, 'view'),
    ])
    .execute();
  await db
    .insertInto('dimension_values')
    .values({ id: 2 * 2 ** 32 + 1, dimension: 2, value: 'DE' })
    .execute();
  await db
    .insertInto('clicks')
    .values([click(3, 1, 1), click(4, 1, 1), click(7, 2, 2, { country: 2 * 2 ** 32 + 1 })])
    .execute();
  await db
    .insertInto('link_stats')
    .values([
      { link_id: 1, clicks: 2, human_clicks: 2, click_rows: 2, last_click_at: START + 4 * HOUR_MS },
      { link_id: 2, clicks: 1, human_clicks: 1, click_rows: 1, last_click_at: START + 7 * HOUR_MS },
    ])
    .execute();
  const count = (link_id: number, user_id: number, type: string) => ({ link_id, user_id, type, n: 1 });
  await db
    .insertInto('event_counts')
    .values([
      count(1, 1, 'created'),
      count(2, 2, 'created'),
      count(1, 2, 'view'),
      count(1, 0, 'click'),
      count(2, 1, 'view'),
    ])
    .execute();
  const counter = (kind: string, key: string, shards: number[]) => shards.map((n, shard) => ({ kind, key, shard, n }));
  await db
    .insertInto('counters')
    .values([
      ...counter('events', '', [3, 6, -1]),
      ...counter('events_by_type', 'click', [4]),
      ...counter('events_by_type', 'view', [3, -1]),
      ...counter('events_by_user', '1', [2, 2]),
    ])
    .execute();
}

describe('the activity log', () => {
  const filters: [filter: EventFilter, ids: number[]][] = [
    [{}, [8, 7, 6, 5, 4, 3, 2, 1]],
    [{ linkId: 1 }, [6, 5, 4, 3, 1]],
    [{ userId: 1 }, [8, 4, 3, 1]],
    [{ type: 'click' }, [7, 6, 4, 3]],
    [{ type: 'view' }, [8, 5]],
    [{ type: 'none' }, []],
    [{ linkId: 1, type: 'click' }, [6, 4, 3]],
    [{ linkId: 1, userId: 1 }, [4, 3, 1]],
    [{ linkId: 1, userId: 2 }, [5]],
    [{ linkId: 2, userId: 2, type: 'click' }, [7]],
    [{ userId: 1, type: 'click' }, [4, 3]],
    [{ userId: 1, type: 'view' }, [8]],
    [{ linkId: 9 }, []],
    [{ userId: 9 }, []],
    [{ linkId: 2 ** 40 }, []],
    [{ userId: 2 ** 40 }, []],
  ];
  test.each(filters)(
    '%j: clicks and events in one order, whole, by page and by cursor, and counted',
    async (filter, ids) => {
      await history();
      const list = async (page: Parameters<PostgresEventQueries['list']>[1]) =>
        (await queries.list(filter, page)).map(({ id }) => id);
      expect(await list({ limit: 100 })).toEqual(ids);
      expect(await list({ limit: 2, offset: 1 })).toEqual(ids.slice(1, 3));
      expect(await list({ limit: 100, beforeId: 5 })).toEqual(ids.filter((id) => id < 5));
      expect(await queries.count(filter)).toEqual({ value: ids.length, exact: true });
    },
  );

  test('a recorded click says where it led and what is known of it', async () => {
    await history();
    expect(await queries.get(7)).toEqual({
      id: 7,
      linkId: 2,
      userId: 2,
      type: 'click',
      at: START + 7 * HOUR_MS,
      details: { short_code: 'code2', original_url: 'https://example.com/old', country: 'DE' },
    });
    expect((await queries.get(3))?.details).toEqual({ short_code: 'code1', original_url: 'https://example.com/1' });
    expect((await queries.get(5))?.details).toEqual({ n: 5 });
    expect(await queries.get(99)).toBeNull();
  });

  test('of a deleted link only the deleted event is shown', async () => {
    await history();
    await harness.db.updateTable('links').set({ deleted_at: START }).where('id', '=', 1).execute();
    await harness.db
      .insertInto('events')
      .values(event(9, 1, 1, 'deleted'))
      .execute();
    expect((await queries.list({}, { limit: 9 })).map(({ id }) => id)).toEqual([9, 8, 7, 2]);
    expect((await queries.list({ userId: 1 }, { limit: 9 })).map(({ id }) => id)).toEqual([9, 8]);
    for (const id of [1, 3, 5]) expect(await queries.get(id)).toBeNull();
    expect(await queries.countsByType(1)).toEqual({ counts: {}, total: 0, latestAt: null });
    expect(await queries.count({ linkId: 1 })).toEqual({ value: 0, exact: true });
    expect((await queries.clicksSince(0, 9, null)).events.map(({ id }) => id)).toEqual([7]);
  });

  test('counts by type join notes and recorded clicks, with the latest time of all', async () => {
    await history();
    expect(await queries.countsByType(1)).toEqual({
      counts: { created: 1, view: 1, click: 3 },
      total: 5,
      latestAt: START + 6 * HOUR_MS,
    });
  });

  test('clicks since an id: the newest of them in order, how many came before, and where to go on', async () => {
    await history();
    const since = async (afterId: number | null, limit: number, linkId: number | null = null) => {
      const { events, skipped, lastId } = await queries.clicksSince(afterId, limit, linkId);
      return [events.map(({ id }) => id), skipped, lastId];
    };
    expect(await since(null, 10)).toEqual([[], 0, 7]);
    expect(await since(0, 10)).toEqual([[3, 4, 7], 0, 7]);
    expect(await since(0, 2)).toEqual([[4, 7], 1, 7]);
    expect(await since(3, 10)).toEqual([[4, 7], 0, 7]);
    expect(await since(0, 1, 1)).toEqual([[4], 1, 7]);
    expect(await since(7, 10)).toEqual([[], 0, 7]);
    expect(await since(99, 10)).toEqual([[], 0, 99]);
  });
});

describe('a page of many', () => {
  const plans: [filter: EventFilter, index: RegExp][] = [
    [{}, /_pkey/],
    [{ linkId: 1 }, /_link_id_id_idx/],
    [{ userId: 1 }, /_user_id_id_idx/],
    [{ type: 'click' }, /_pkey/],
    [{ linkId: 1, userId: 1, type: 'click' }, /_(link|user)_id_id_idx/],
  ];
  test('is read in the order of an index, from all months at once, and only as long as the page is', async () => {
    await history();
    const { pool } = harness;
    const end = START + 20_000 * HOUR_MS;
    const months = [];
    for (let at = new Date(Date.UTC(2026, 6, 1)); at.getTime() < end; ) {
      const next = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
      months.push(`clicks_${at.toISOString().slice(0, 7).replace('-', '_')}`);
      await pool.query(
        `CREATE TABLE ${months.at(-1)} PARTITION OF clicks FOR VALUES FROM (${at.getTime()}) TO (${next.getTime()})`,
      );
      at = next;
    }
    const columns = Object.keys(click(1, 1, 1));
    await pool.query(
      `INSERT INTO clicks (${columns.join(', ')}) SELECT n, 1 + n % 200, 1 + n % 200, ${START} + n * ${HOUR_MS}::bigint, 1, ${SIMPLE_COLUMNS.map(() => '0').join(', ')}, 7, 0
       FROM generate_series(100, 20000) n`,
    );
    await pool.query(
      `INSERT INTO events SELECT n, 1 + n % 200, 1, 'view', ${START}, '{}' FROM generate_series(20001, 40000) n`,
    );
    await pool.query(
      `INSERT INTO links (id, domain_id, code, url, created_at, updated_at) SELECT n, 1, 'many' || n, '', 0, 0 FROM generate_series(3, 200) n`,
    );
    await pool.query('ANALYZE clicks; ANALYZE events; ANALYZE links');
    try {
      // A link with half of all clicks, silent for long, is found by its index too.
      await pool.query('UPDATE clicks SET link_id = 1 WHERE id < 10000; ANALYZE clicks');
      for (const [filter, index] of plans) {
        for (const page of [{ limit: 20 }, { limit: 20, offset: 30 }, { limit: 20, beforeId: 15_000 }]) {
          const { sql, parameters } = eventPage(harness.db, filter, page).compile();
          const { rows } = await inSnapshot(
            harness.db,
            (db) =>
              db.executeQuery<{ 'QUERY PLAN': string }>(
                CompiledQuery.raw(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${sql}`, [...parameters]),
              ),
            PAGE_SETTINGS,
          );
          const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
          expect(plan).toMatch(index);
          expect(plan).not.toMatch(/Bitmap|-> {2}Sort/);
          expect(plan).not.toContain('Seq Scan on clicks');
          expect(plan).not.toContain('Seq Scan on events');
          const most = Math.max(...[...plan.matchAll(/actual rows=(\d+)/g)].map(([, n]) => Number(n)));
          expect({ filter, page, most: most <= 110 }).toEqual({ filter, page, most: true });
        }
      }
    } finally {
      for (const month of months) await pool.query(`DROP TABLE ${month}`);
    }
  });
});
