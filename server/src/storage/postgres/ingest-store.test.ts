import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { ingestConformance } from '../conformance/ingest.ts';
import { createIngestDatabase, type IngestDatabase } from '../conformance/postgres-ingest-database.ts';
import { sealed, TEST_EDGE, TEST_NOW, testBatch, testClick } from '../conformance/test-clicks.ts';
import { PostgresIngestStore } from './ingest-store.ts';

async function makeDatabase(): Promise<IngestDatabase> {
  const database = await createIngestDatabase();
  await database.addLinks([1, 2, 3, 4, 5].map((id) => ({ id, ownerId: id === 5 ? null : 7 })));
  return database;
}

const emptied = async (database: IngestDatabase) => {
  await database.clear();
  await database.pool.query('UPDATE links SET deleted_at = NULL');
};

const workerOn = ({ pool }: IngestDatabase, sampleRate = 1) =>
  new PostgresIngestStore(pool, { now: () => TEST_NOW, sampleRate });

ingestConformance('PostgreSQL', async () => {
  const database = await makeDatabase();
  return {
    worker: (options = {}) => workerOn(database, options.sampleRate),
    lateBefore: async (day) => {
      await database.pool.query('UPDATE rollup_tiers SET late_before = $1', [day]);
    },
    rows: (sql) => database.rows(sql),
    hours: 'rollup_hour_all',
    clear: () => emptied(database),
    close: () => database.close(),
  };
});

describe('ingest into PostgreSQL, beside that', () => {
  let db: IngestDatabase;
  beforeAll(async () => {
    db = await makeDatabase();
  });
  beforeEach(() => emptied(db));
  afterAll(() => db.close());

  const ingest = (batch: ReturnType<typeof testBatch>) => {
    const { content, hash } = sealed(batch);
    return workerOn(db).ingest(content, hash);
  };

  test('takes values that PostgreSQL has no text for', async () => {
    await ingest(testBatch([testClick(1, { utmSource: 'a\0b', utmTerm: 'x\ud800' })]));
    expect(await db.count('clicks')).toBe(1);
  });

  test('counts a batch once that is in its group twice', async () => {
    const batch = sealed(testBatch([testClick(1), testClick(2)]));
    const other = sealed(testBatch([testClick(1), testClick(2, { country: 'FR' })]));
    const outcomes = await workerOn(db).ingestAll([batch, batch, other]);
    expect(outcomes.map(({ result }) => result).sort()).toEqual(['already_committed', 'committed', 'conflict']);
    expect(await db.count('clicks')).toBe(2);
    expect(await db.count('dead_letters')).toBe(1);
  });

  test('numbers the clicks of each batch in a row, ascending through the group', async () => {
    const outcomes = await workerOn(db).ingestAll([
      sealed(testBatch([testClick(1), testClick(2)])),
      sealed(testBatch([testClick(3, { linkId: 999 })])),
      sealed(testBatch([testClick(4), testClick(5), testClick(6)])),
    ]);
    const [first] = outcomes[0]?.eventIds ?? [0, 0];
    expect(outcomes.map(({ eventIds }) => eventIds)).toEqual([
      [first, first + 1],
      [0, 0],
      [first + 2, first + 4],
    ]);
  });

  test('counts of a dead letter only what no batch has', async () => {
    await ingest(testBatch([testClick(1), testClick(2)]));
    await ingest(testBatch([testClick(5), testClick(6)]));
    const letter = { edgeId: TEST_EDGE, firstSeq: 2, lastSeq: 8, reason: 'refused', content: '{}' };
    await workerOn(db).deadLetter(letter);
    expect(await db.one('SELECT watermark, committed, dead FROM ingest_edges')).toEqual({
      watermark: 8,
      committed: 4,
      dead: 4,
    });
  });

  test('takes of a batch cut anew what lies between ranges above the watermark', async () => {
    await ingest(testBatch([testClick(3), testClick(4)]));
    const outcome = await ingest(testBatch([1, 2, 3, 4, 5, 6].map((seq) => testClick(seq))));
    expect(outcome).toMatchObject({ result: 'committed', committed: 4, dead: 0 });
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 6, committed: 6 });
  });

  test('knows what lies below the watermark when its batches are forgotten', async () => {
    await ingest(testBatch([testClick(1), testClick(2)]));
    await ingest(testBatch([testClick(3), testClick(4)]));
    await db.pool.query('DELETE FROM ingest_batches');
    expect((await ingest(testBatch([testClick(1), testClick(2)]))).result).toBe('already_committed');
    expect(await ingest(testBatch([testClick(4), testClick(5)]))).toMatchObject({ committed: 1 });
    expect(await db.rows('SELECT first_seq, last_seq FROM ingest_batches')).toEqual([{ first_seq: 5, last_seq: 5 }]);
    expect(await db.one('SELECT watermark, committed FROM ingest_edges')).toEqual({ watermark: 5, committed: 5 });
  });
});
