import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ClickBatch } from '../../clicks/batch.ts';
import { ingestConformance } from '../conformance/ingest.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { sealed, TEST_NOW, testBatch, testClick } from '../conformance/test-clicks.ts';
import { SqliteIngestStore } from './ingest-store.ts';

let harness: SqliteHarness;
let lateBefore = 0;

function open(): void {
  lateBefore = 0;
  harness = createSqliteHarness({ now: () => TEST_NOW });
  for (let id = 1; id <= 5; id++)
    harness.sqlite
      .query(
        'INSERT INTO links (id, domain_id, code, url, owner_id, created_at, updated_at) VALUES (?, 1, ?, ?, ?, 0, 0)',
      )
      .run(id, `code${id}`, `https://example.com/${id}`, id === 5 ? null : 7);
}

const store = (sampleRate = 1) =>
  new SqliteIngestStore(harness.sqlite, {
    now: () => TEST_NOW,
    sampleRate,
    dayTierCovers: (day) => day < lateBefore,
  });

ingestConformance('SQLite', async () => {
  open();
  return {
    worker({ sampleRate } = {}) {
      const worker = store(sampleRate);
      return {
        ingest: (content, hash) => harness.run(() => worker.ingest(content, hash)),
        ingestAll: (batches) =>
          harness.run(() =>
            worker.grouped(async () => {
              const outcomes = [];
              for (const { content, hash } of batches) outcomes.push(await worker.ingest(content, hash));
              return outcomes;
            }),
          ),
        deadLetter: (entry) => harness.run(() => worker.deadLetter(entry)),
        progress: () => worker.progress(),
        salt: (day) => harness.run(() => worker.salt(day)),
      };
    },
    lateBefore: async (day) => {
      lateBefore = day;
    },
    hours: 'rollup_hour',
    rows: async <T>(sql: string) => harness.sqlite.query(sql).all() as T[],
    clear: async () => {
      harness.close();
      open();
    },
    close: async () => harness.close(),
  };
});

const ingest = (ingester: SqliteIngestStore, batch: ClickBatch) => {
  const { content, hash } = sealed(batch);
  return harness.run(() => ingester.ingest(content, hash));
};

const one = <T>(sql: string) => harness.sqlite.query(sql).get() as T;
const sum = (table: string, column: string, where: string) =>
  one<{ n: number | null }>(`SELECT sum(${column}) AS n FROM ${table} WHERE ${where}`).n ?? 0;
const rows = () => one<{ n: number }>('SELECT count(*) AS n FROM clicks').n;

describe('ingest into SQLite, beside that', () => {
  beforeEach(open);
  afterEach(() => harness.close());

  test('knows visitors again after their notes were merged, and after a restart', async () => {
    const visitors = Array.from({ length: 70_000 }, (_, i) => i * 65_537);
    const ingester = store();
    for (let at = 0; at < visitors.length; at += 1000) {
      await ingest(
        ingester,
        testBatch(visitors.slice(at, at + 1000).map((visitor, i) => testClick(at + i + 1, { visitor }))),
      );
    }
    expect(sum('rollup_15m', 'visitors', 'link_id = 1')).toBe(70_000);
    expect(one<{ n: number }>('SELECT count(*) AS n FROM visitors_seen').n).toBeGreaterThan(60_000);
    const again = (from: number) =>
      testBatch(visitors.slice(0, 1000).map((visitor, i) => testClick(from + i, { visitor })));
    await ingest(ingester, again(70_001));
    await ingest(store(), again(71_001));
    const late = visitors.slice(-1000).map((visitor, i) => testClick(72_001 + i, { visitor }));
    await ingest(store(), testBatch(late));
    expect(sum('rollup_15m', 'visitors', 'link_id = 1')).toBe(70_000);
    expect(sum('rollup_15m', 'visitors', 'link_id = 0')).toBe(70_000);
  }, 30_000);

  test('leaves nothing behind when the transaction fails, and counts right afterwards', async () => {
    const ingester = store();
    await ingest(ingester, testBatch([testClick(1)]));
    const { content } = sealed(testBatch([testClick(2, { country: 'SE', visitor: 9 })]));
    await expect(
      harness.run(async () => {
        await ingester.ingest(content, 'x');
        throw new Error('power is out');
      }),
    ).rejects.toThrow('power is out');
    ingester.rolledBack();
    expect(rows()).toBe(1);
    await expect(ingest(ingester, testBatch([testClick(2, { country: 'SE', visitor: 9 })]))).resolves.toMatchObject({
      committed: 1,
    });
    expect(sum('rollup_15m', 'visitors', 'link_id = 1')).toBe(2);
    expect(one<{ n: number }>("SELECT count(*) AS n FROM dimension_values WHERE value = 'SE'").n).toBe(1);
  });
});
