import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { type RedisServer, startRedis } from '../commands/cluster/redis-server.ts';
import { until } from '../commands/cluster/until.ts';
import { AppError } from '../platform/app-error.ts';
import { systemAfter } from '../platform/clock.ts';
import { createSqliteHarness, type SqliteHarness } from '../storage/conformance/sqlite-harness.ts';
import { RedisClickConsumer } from '../storage/redis/redis-click-consumer.ts';
import { RedisClickStream } from '../storage/redis/redis-click-stream.ts';
import { RedisConnection } from '../storage/redis/redis-connection.ts';
import { type StreamKeys, streamKeys } from '../storage/redis/stream-keys.ts';
import { SqliteIngestStore } from '../storage/sqlite/ingest-store.ts';
import { encodeBatch } from './batch.ts';
import type { EnrichedClick } from './click.ts';
import type { GroupIngestPort, IngestOutcome } from './ingest.ts';
import type { StreamBatch } from './stream.ts';
import { StreamConsumer } from './stream-consumer.ts';

const EDGE = 'e'.repeat(32);
const CLICKS = 10;

let server: RedisServer;
let redis: RedisConnection;
beforeAll(async () => {
  server = await startRedis();
  redis = new RedisConnection({ url: server.url, name: 'test', commandMs: 2000 });
  await redis.ready(5000);
}, 30_000);
afterAll(async () => {
  redis.close();
  await server[Symbol.asyncDispose]();
});

let keys: StreamKeys;
let database: SqliteHarness;
let ingest: TestIngest;
let stream: RedisClickStream;
let told: string[][];
/** Beside the real time, which Redis goes by. */
let skipped: number;
beforeEach(() => {
  keys = streamKeys(`test${crypto.randomUUID().slice(0, 8)}:`);
  database = createSqliteHarness({ now: Date.now });
  database.sqlite.run(
    "INSERT INTO links (id, domain_id, code, url, created_at, updated_at) VALUES (1, 1, 'a', 'https://example.com', 0, 0)",
  );
  ingest = new TestIngest();
  stream = new RedisClickStream(redis, { keys });
  told = [];
  skipped = 0;
});
afterEach(() => database.close());

/** Ingest into a real database, which a test may make unavailable, or poison for some batches. */
class TestIngest implements GroupIngestPort {
  isAway = false;
  refusesAll = false;
  poison = new Set<number>();
  groups: number[] = [];
  /** Awaited before a group is committed. */
  gate: Promise<void> = Promise.resolve();
  private readonly store = new SqliteIngestStore(database.sqlite, {
    now: Date.now,
    sampleRate: 1,
    dayTierCovers: () => false,
  });

  async ingestAll(batches: readonly { content: string; hash: string }[]): Promise<IngestOutcome[]> {
    await this.gate;
    if (this.isAway) throw new AppError('unavailable', 'the database is away');
    this.groups.push(batches.length);
    try {
      return await database.run(() =>
        this.store.grouped(async () => {
          const outcomes: IngestOutcome[] = [];
          for (const { content, hash } of batches) {
            if (this.refusesAll || this.poison.has(JSON.parse(content).firstSeq))
              throw new Error('a number out of range');
            outcomes.push(await this.store.ingest(content, hash));
          }
          return outcomes;
        }),
      );
    } catch (error) {
      this.store.rolledBack();
      throw error;
    }
  }

  async ingest(content: string, hash: string): Promise<IngestOutcome> {
    const [outcome] = await this.ingestAll([{ content, hash }]);
    if (!outcome) throw new Error('no outcome');
    return outcome;
  }

  deadLetter: GroupIngestPort['deadLetter'] = (entry) => database.run(() => this.store.deadLetter(entry));
  progress: GroupIngestPort['progress'] = () => this.store.progress();
  salt: GroupIngestPort['salt'] = (day) => this.store.salt(day);
}

const click = (seq: number): EnrichedClick => ({
  ...{ seq, at: Date.now(), linkId: 1, urlVersion: 1, country: 'DE', region: '', city: '', device: 'desktop' },
  ...{ browser: 'Firefox', os: 'Linux', referrer: '', utmSource: '', utmMedium: '', utmCampaign: '', utmTerm: '' },
  ...{ utmContent: '', language: 'de', quality: 'human' as const, reason: '', visitor: seq },
});

function batch(firstSeq: number): StreamBatch {
  const lastSeq = firstSeq + CLICKS - 1;
  const clicks = Array.from({ length: CLICKS }, (_, n) => click(firstSeq + n));
  const content = encodeBatch({ edgeId: EDGE, firstSeq, lastSeq, unreadable: 0, clicks });
  return { edgeId: EDGE, firstSeq, lastSeq, content, hash: createHash('sha256').update(content).digest('hex') };
}
/** Batches of 10 clicks each, the first from seq 1. */
async function send(count: number): Promise<StreamBatch[]> {
  const batches = Array.from({ length: count }, (_, n) => batch(n * CLICKS + 1));
  for (const one of batches) await stream.append(one);
  return batches;
}

const end = (claimMs = 60_000) => new RedisClickConsumer(redis, { name: crypto.randomUUID(), keys, claimMs });
const consumer = (options: { claimMs?: number; keepMs?: number } = {}) =>
  new StreamConsumer({
    stream: end(options.claimMs),
    ingest,
    signals: { send: (signal) => signal.kind === 'clicks_committed' && told.push(signal.edgeIds) },
    now: () => Date.now() + skipped,
    // Nothing here is worth waiting for.
    after: (_, work) => systemAfter(1, work),
    keepMs: options.keepMs ?? 60_000,
  });

const clicks = () =>
  database.sqlite.query('SELECT COALESCE(SUM(clicks), 0) AS n FROM link_stats').get() as { n: number };
const deadLetters = () => database.sqlite.query('SELECT first_seq, reason FROM dead_letters').all();
const waiting = async () => (await end().depth()).waiting;
const progress = async () => (await ingest.progress())[0];
async function turns(worker: StreamConsumer, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await worker.turn();
}

test('batches are committed in groups, taken out of the stream, and told of', async () => {
  await send(10);
  const worker = consumer();
  await worker.turn();
  expect(clicks()).toEqual({ n: 100 });
  expect(await waiting()).toBe(0);
  expect(ingest.groups).toEqual([10]);
  expect(told).toEqual([[EDGE]]);
  expect(worker.status()).toMatchObject({ read: 10, committed: 10, clicks: 100, held: 0, lastError: null });
});

test('groups grow while there is a backlog and shrink after it', async () => {
  await send(120);
  const worker = consumer();
  await turns(worker, 6);
  expect(clicks()).toEqual({ n: 1200 });
  expect(ingest.groups.slice(0, 4)).toEqual([12, 24, 48, 36]);
  await stream.append(batch(2001));
  await turns(worker, 2);
  expect(ingest.groups.at(-1)).toBe(1);
});

test('a group is bounded by its size too', async () => {
  const wide = { ...batch(1), content: '' };
  const content = JSON.stringify({ ...JSON.parse(batch(1).content), padding: 'x'.repeat(1_400_000) });
  for (let n = 0; n < 5; n++) {
    const [first, last] = [n * CLICKS + 1, (n + 1) * CLICKS];
    const own = JSON.stringify({ ...JSON.parse(batch(first).content), padding: JSON.parse(content).padding });
    await stream.append({ ...wide, firstSeq: first, lastSeq: last, content: own });
  }
  await consumer().turn();
  expect(ingest.groups).toEqual([2, 2, 1]);
  expect(clicks()).toEqual({ n: 50 });
});

describe('a database that is away', () => {
  test('is waited for, with all that was read in hand', async () => {
    await send(5);
    ingest.isAway = true;
    const worker = consumer();
    const turn = worker.turn();
    await until(() => worker.status().lastError !== null, { what: 'the first failure' });
    expect(worker.status()).toMatchObject({ held: 5, committed: 0, lastError: 'the database is away' });
    expect(await waiting()).toBe(5);
    ingest.isAway = false;
    await turn;
    expect(clicks()).toEqual({ n: 50 });
    expect(await waiting()).toBe(0);
    expect(worker.status()).toMatchObject({ held: 0, dead: 0, lastError: null });
  });

  test('makes no dead letter, however often an entry was handed out meanwhile', async () => {
    await send(1);
    for (let handed = 0; handed < 15; handed++) {
      await Bun.sleep(3);
      await end(1).read(10, 0);
    }
    await Bun.sleep(3);
    const worker = consumer({ claimMs: 1 });
    await turns(worker, 4);
    expect(deadLetters()).toEqual([]);
    await stream.append(batch(101));
    // How many turns it takes depends on when Redis lets an entry be claimed again.
    for (let turn = 0; turn < 60 && deadLetters().length === 0; turn++) {
      skipped += 5000;
      await worker.turn();
    }
    // With another batch committed, the one that was never committed by anybody is at fault.
    expect(deadLetters()).toMatchObject([{ first_seq: 1, reason: expect.stringMatching(/^handed out \d+ times/) }]);
  });

  test('keeps what is held from being claimed', async () => {
    await send(3);
    ingest.isAway = true;
    const worker = consumer({ keepMs: 0 });
    const turn = worker.turn();
    await until(() => worker.status().held === 3, { what: 'a read' });
    const rival = end(400);
    const claimed: unknown[] = [];
    const deadline = performance.now() + 1200;
    while (performance.now() < deadline) claimed.push(...(await rival.read(10, 50)));
    expect(claimed).toEqual([]);
    ingest.isAway = false;
    await turn;
    expect(clicks()).toEqual({ n: 30 });
  });

  test('and a stop: what is held is given back, and another commits it', async () => {
    await send(4);
    ingest.isAway = true;
    const worker = consumer();
    const running = worker.run();
    await until(() => worker.status().held === 4, { what: 'a read' });
    worker.stop();
    await running;
    ingest.isAway = false;
    const other = consumer();
    await other.turn();
    expect(clicks()).toEqual({ n: 40 });
    expect(other.status()).toMatchObject({ read: 4, redelivered: 0 });
  });
});

describe('a batch that is refused', () => {
  test('is found, tried five times, and put aside, and all others are counted', async () => {
    ingest.poison = new Set([31]);
    await send(12);
    const worker = consumer();
    await worker.turn();
    expect(clicks()).toEqual({ n: 110 });
    expect(await waiting()).toBe(1);
    await stream.append(batch(1001));
    for (let turn = 0; turn < 10; turn++) {
      skipped += 5000;
      await worker.turn();
    }
    expect(deadLetters()).toEqual([{ first_seq: 31, reason: 'a number out of range' }]);
    expect(await waiting()).toBe(0);
    expect(worker.status()).toMatchObject({ dead: 1, held: 0 });
    expect(await progress()).toMatchObject({ committed: 120, dead: 10 });
  });

  test('for a reason that passes is committed after all', async () => {
    ingest.poison = new Set([1]);
    await send(2);
    const worker = consumer();
    await worker.turn();
    ingest.poison.clear();
    skipped += 5000;
    await worker.turn();
    expect(clicks()).toEqual({ n: 20 });
    expect(deadLetters()).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  test('with all others is no fault of theirs: no dead letters within a minute', async () => {
    ingest.refusesAll = true;
    await send(8);
    const worker = consumer();
    for (let turn = 0; turn < 11; turn++) {
      skipped += 5000;
      await worker.turn();
    }
    expect(deadLetters()).toEqual([]);
    ingest.refusesAll = false;
    skipped += 5000;
    await worker.turn();
    expect(clicks()).toEqual({ n: 80 });
    expect(await waiting()).toBe(0);
  });

  test('alone for long is put aside in the end', async () => {
    ingest.poison = new Set([1]);
    await send(1);
    const worker = consumer();
    for (let turn = 0; turn < 15; turn++) {
      skipped += 5000;
      await worker.turn();
    }
    expect(deadLetters()).toMatchObject([{ first_seq: 1 }]);
  });
});

describe('exactly once', () => {
  test('a consumer that sleeps beyond the claim time and wakes up counts nothing again', async () => {
    await send(6);
    const opened = Promise.withResolvers<void>();
    ingest.gate = opened.promise;
    const sleeper = consumer();
    const sleeping = sleeper.turn();
    await until(() => sleeper.status().read === 6, { what: 'a read' });
    ingest.gate = Promise.resolve();
    await Bun.sleep(250);
    const other = consumer({ claimMs: 200 });
    await other.turn();
    expect(other.status()).toMatchObject({ read: 6, redelivered: 6, committed: 6, repeated: 0 });
    opened.resolve();
    await sleeping;
    expect(sleeper.status()).toMatchObject({ committed: 6, repeated: 6, held: 0 });
    expect(clicks()).toEqual({ n: 60 });
    expect(await progress()).toMatchObject({ watermark: 60, committed: 60, dead: 0 });
    expect(await waiting()).toBe(0);
  });

  test('Redis that loses everything between read and commit loses no click, and what is sent again counts once', async () => {
    const batches = await send(6);
    const opened = Promise.withResolvers<void>();
    ingest.gate = opened.promise;
    const worker = consumer();
    const turn = worker.turn();
    await until(() => worker.status().read === 6, { what: 'a read' });
    await Promise.all(keys.shards.map((key) => redis.send('unlink', key)));
    for (const one of batches) await stream.append(one);
    ingest.gate = Promise.resolve();
    opened.resolve();
    await turn;
    await turns(worker, 2);
    expect(clicks()).toEqual({ n: 60 });
    expect(worker.status()).toMatchObject({ committed: 12, repeated: 6 });
    expect(await waiting()).toBe(0);
  });

  test('three workers share the work, one of them killed in it', async () => {
    await send(90);
    const dead = end();
    const lost = await dead.read(9, 1000);
    expect(lost.length).toBe(9);
    const workers = [consumer({ claimMs: 300 }), consumer({ claimMs: 300 }), consumer({ claimMs: 300 })];
    const running = workers.map((worker) => worker.run());
    await until(async () => (await waiting()) === 0, { what: 'the work' });
    for (const worker of workers) worker.stop();
    await Promise.all(running);
    expect(clicks()).toEqual({ n: 900 });
    expect(await progress()).toMatchObject({ watermark: 900, committed: 900 });
  });

  test('the same range with other content is a conflict, and leaves the stream', async () => {
    await send(1);
    const worker = consumer();
    await worker.turn();
    const other = batch(1);
    await stream.append({ ...other, content: other.content.replace('Firefox', 'Chrome'), hash: 'f'.repeat(64) });
    await worker.turn();
    expect(worker.status()).toMatchObject({ committed: 2, conflicts: 1 });
    expect(clicks()).toEqual({ n: 10 });
    expect(await waiting()).toBe(0);
  });
});

test('Redis away: the loop waits, and goes on when it is back', async () => {
  const own = await startRedis();
  const connection = new RedisConnection({ url: own.url, name: 'test' });
  await connection.ready(5000);
  const worker = new StreamConsumer({
    stream: new RedisClickConsumer(connection, { name: 'one' }),
    ingest,
    signals: { send: () => {} },
    now: Date.now,
    after: (_, work) => systemAfter(5, work),
  });
  const running = worker.run();
  await own.kill();
  await until(() => worker.status().lastError?.includes('Redis') === true, { what: 'the failure' });
  await own.start();
  await connection.ready(10_000);
  await new RedisClickStream(connection).append(batch(1));
  await until(() => worker.status().committed === 1, { what: 'the commit' });
  expect(worker.status().lastError).toBeNull();
  worker.stop();
  await running;
  connection.close();
  await own[Symbol.asyncDispose]();
}, 30_000);
