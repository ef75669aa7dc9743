import type { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import { DIMENSIONS } from '@waymark/contract';
import { VALUE_SPAN } from '../../src/clicks/rollup-rows.ts';
import { openDatabase } from './data-dir.ts';
import type { Tally } from './visitors.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 900_000;

/** What a database says after it was checked against itself. */
export interface Audit {
  /** Clicks by code. */
  clicks: Map<string, number>;
  total: number;
  edges: { edge_id: string; watermark: number; committed: number; discarded: number; dead: number }[];
}

interface Summed {
  clicks: number;
  visitors: number;
  human: number;
  humanVisitors: number;
}

/**
 * Reads a database that no server holds and demands that every number in it follows from its click rows: totals, the
 * rollups of each link and of all links, every dimension, and the ranges of seqs, each of which was taken once.
 */
export function audit(dir: string): Audit {
  const db = openDatabase(dir);
  try {
    expect(db.query('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    const rows = recounted(db);
    expect(
      stored(db, 'SELECT link_id, clicks, click_rows, human_clicks FROM link_stats WHERE clicks > 0 ORDER BY 1'),
    ).toEqual(stored(db, `SELECT link_id, count(*), count(*), sum(${HUMAN(db)}) FROM clicks GROUP BY 1 ORDER BY 1`));
    expect(
      rollups(db, `SELECT link_id || '@' || slot AS k, clicks, visitors, human_clicks, human_visitors FROM rollup_15m`),
    ).toEqual(rows.slots);
    expect(
      rollups(
        db,
        `SELECT link_id || '@' || hour || '@' || value_id AS k, clicks, visitors, human_clicks, human_visitors FROM rollup_hour`,
      ),
    ).toEqual(rows.hours);
    const edges = db
      .query('SELECT edge_id, watermark, committed, discarded, dead FROM ingest_edges ORDER BY edge_id')
      .all() as Audit['edges'];
    expectRangesTakenOnce(db, edges);
    const clicks = new Map(
      (
        db
          .query('SELECT code, count(c.id) AS n FROM links l LEFT JOIN clicks c ON c.link_id = l.id GROUP BY l.id')
          .all() as { code: string; n: number }[]
      ).map(({ code, n }) => [code, n]),
    );
    const total = [...clicks.values()].reduce((sum, n) => sum + n, 0);
    expect(edges.reduce((sum, { committed }) => sum + committed, 0)).toBe(total);
    return { clicks, total, edges };
  } finally {
    db.close();
  }
}

/** For every link: redirects received ≤ clicks counted ≤ requests sent. */
export function expectKept(clicks: ReadonlyMap<string, number>, tallies: ReadonlyMap<string, Tally>): void {
  const wrong = [...tallies]
    .map(([code, { sent, redirected }]) => ({ code, redirected, counted: clicks.get(code) ?? 0, sent }))
    .filter(({ redirected, counted, sent }) => counted < redirected || counted > sent);
  expect(wrong).toEqual([]);
}

/** Where every request was answered, the bounds meet: exactly the redirects received. */
export function expectExactly(clicks: ReadonlyMap<string, number>, tallies: ReadonlyMap<string, Tally>): void {
  expect(Object.fromEntries([...tallies].map(([code]) => [code, clicks.get(code) ?? 0]))).toEqual(
    Object.fromEntries([...tallies].map(([code, { redirected }]) => [code, redirected])),
  );
}

const HUMAN = (db: Database) => `(quality = ${humanId(db)})`;

function humanId(db: Database): number {
  const row = db
    .query<{ id: number }, [number]>(`SELECT id FROM dimension_values WHERE dimension = ? AND value = 'human'`)
    .get(DIMENSIONS.quality);
  return row?.id ?? -1;
}

const stored = (db: Database, sql: string) => db.query(sql).values();

function rollups(db: Database, sql: string): Map<string, Summed> {
  const rows = db.query(sql).values() as [string, number, number, number, number][];
  return new Map(
    rows
      .sort(byKey)
      .map(([key, clicks, visitors, human, humanVisitors]) => [key, { clicks, visitors, human, humanVisitors }]),
  );
}

const byKey = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]) => (a[0] < b[0] ? -1 : 1);

const COLUMNS = [
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
];

/** What the rollups must hold, from the rows alone; few values per day, so that none is `(other)`. */
function recounted(db: Database): { slots: Map<string, Summed>; hours: Map<string, Summed> } {
  const slots = new Map<string, Summed>();
  const hours = new Map<string, Summed>();
  const isHuman = humanId(db);
  const rows = db
    .query(`SELECT link_id, at, first_seen, ${COLUMNS.join(', ')}, count(*) AS n FROM
      (SELECT link_id, at / ${SLOT_MS} AS at, first_seen, ${COLUMNS.join(', ')} FROM clicks)
      GROUP BY link_id, at, first_seen, ${COLUMNS.join(', ')}`)
    .all() as Record<string, number>[];
  for (const row of rows) {
    const { link_id: link = 0, at: slot = 0, first_seen: first = 0, n = 0 } = row;
    const hour = Math.floor((slot * SLOT_MS) / HOUR_MS);
    const human = row.quality === isHuman;
    const onLink = counts(n, human, first);
    const anywhere = counts(n, human, first >> 2);
    add(slots, `${link}@${slot}`, onLink);
    add(slots, `0@${slot}`, anywhere);
    add(hours, `0@${hour}@${DIMENSIONS.link * VALUE_SPAN + link}`, onLink);
    for (const column of COLUMNS) {
      const value = row[column] ?? 0;
      if (value === 0 || (human && (column === 'quality' || column === 'reason'))) continue;
      add(hours, `${link}@${hour}@${value}`, onLink);
      add(hours, `0@${hour}@${value}`, anywhere);
    }
  }
  const sorted = (map: Map<string, Summed>) => new Map([...map].sort(byKey));
  return { slots: sorted(slots), hours: sorted(hours) };
}

function counts(n: number, human: boolean, first: number): Summed {
  return { clicks: n, visitors: first & 1 ? n : 0, human: human ? n : 0, humanVisitors: first & 2 ? n : 0 };
}

function add(map: Map<string, Summed>, key: string, by: Summed): void {
  const sum = map.get(key) ?? { clicks: 0, visitors: 0, human: 0, humanVisitors: 0 };
  sum.clicks += by.clicks;
  sum.visitors += by.visitors;
  sum.human += by.human;
  sum.humanVisitors += by.humanVisitors;
  map.set(key, sum);
}

function expectRangesTakenOnce(db: Database, edges: Audit['edges']): void {
  for (const { edge_id, watermark, committed, discarded, dead } of edges) {
    const ranges = db
      .query<{ first_seq: number; last_seq: number }, [string]>(
        'SELECT first_seq, last_seq FROM ingest_batches WHERE edge_id = ? ORDER BY first_seq',
      )
      .all(edge_id);
    let next = 1;
    for (const { first_seq, last_seq } of ranges) {
      expect(first_seq).toBe(next);
      next = last_seq + 1;
    }
    expect({ edge_id, watermark }).toEqual({ edge_id, watermark: next - 1 });
    expect({ edge_id, taken: committed + discarded + dead }).toEqual({ edge_id, taken: watermark });
  }
}
