import { beforeEach, describe, expect, test } from 'bun:test';
import { AppError } from '../platform/app-error.ts';
import { encodeBatch } from './batch.ts';
import type { CommittedSeqs } from './confirmations.ts';
import type { DeadLetter, IngestOutcome } from './ingest.ts';
import type { StreamBatch, StreamPlace } from './stream.ts';
import { StreamDelivery } from './stream-delivery.ts';

const EDGE = 'e'.repeat(32);
const batch = (firstSeq: number, lastSeq: number, edgeId = EDGE) =>
  encodeBatch({ edgeId, firstSeq, lastSeq, unreadable: 0, clicks: [] });

/** Back ends in memory that can be taken away, and a clock that is moved by hand. */
class World {
  now = 1_000_000;
  redis: 'there' | 'away' | 'full' = 'there';
  databaseAway = false;
  withDirect = true;
  entries = new Map<string, StreamBatch>();
  committed = new Map<string, CommittedSeqs>();
  appended: number[] = [];
  direct: number[] = [];
  letters: DeadLetter[] = [];
  heldElsewhere = new Set<string>();
  asked: string[] = [];
  private nextId = 1;
  private timers: { at: number; work: () => void }[] = [];
  readonly delivery: StreamDelivery;

  constructor(withDirect = true) {
    const away = (what: string) => new AppError('unavailable', `${what} is away`);
    this.delivery = new StreamDelivery({
      stream: {
        append: async (sealed) => {
          if (this.redis === 'away') throw away('Redis');
          if (this.redis === 'full') throw new AppError('unavailable', 'full');
          const id = String(this.nextId++);
          this.entries.set(id, sealed);
          this.appended.push(sealed.firstSeq);
          return { key: 'k', id };
        },
        has: async ({ id }: StreamPlace) => {
          this.asked.push('stream');
          if (this.redis === 'away') throw away('Redis');
          return this.entries.has(id);
        },
      },
      confirmations: {
        committed: async (ids) => {
          this.asked.push('database');
          if (this.databaseAway) throw away('PostgreSQL');
          return ids.map((edgeId) => this.committed.get(edgeId) ?? { edgeId, watermark: 0, ranges: [] });
        },
      },
      direct: withDirect
        ? {
            ingest: async (content): Promise<IngestOutcome> => {
              if (this.databaseAway) throw away('PostgreSQL');
              const { firstSeq, lastSeq, edgeId } = JSON.parse(content);
              this.direct.push(firstSeq);
              this.commit(firstSeq, lastSeq, edgeId);
              return { result: 'committed', committed: 1, discarded: 0, dead: 0, eventIds: [0, 0] };
            },
            deadLetter: async (entry) => void this.letters.push(entry),
          }
        : null,
      edgeIds: [EDGE],
      saltOf: () => null,
      isHeldElsewhere: (edgeId) => this.heldElsewhere.has(edgeId),
      now: () => this.now,
      after: (ms, work) => {
        const timer = { at: this.now + ms, work };
        this.timers.push(timer);
        return () => void this.timers.splice(this.timers.indexOf(timer), 1);
      },
    });
  }

  commit(first: number, last: number, edgeId = EDGE): void {
    const edge = this.committed.get(edgeId) ?? { edgeId, watermark: 0, ranges: [] };
    edge.ranges = [...edge.ranges, [first, last] as [number, number]].sort((a, b) => a[0] - b[0]);
    this.committed.set(edgeId, edge);
  }

  /** A worker takes the first entry: the database first, then the stream. */
  work(): void {
    const [id, entry] = [...this.entries][0] ?? [];
    if (!id || !entry) throw new Error('the stream is empty');
    this.commit(entry.firstSeq, entry.lastSeq, entry.edgeId);
    this.entries.delete(id);
  }

  async pass(ms: number): Promise<void> {
    await settle();
    for (const end = this.now + ms; ; ) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        this.now = end;
        return;
      }
      this.now = Math.max(this.now, next.at);
      this.timers.splice(this.timers.indexOf(next), 1);
      next.work();
      await settle();
    }
  }
}

const settle = async () => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

/** What became of a promise so far. */
function watch<T>(promise: Promise<T>): { state: string } {
  const watched = { state: 'waits' };
  promise.then(
    () => {
      watched.state = 'done';
    },
    (error) => {
      watched.state = error instanceof AppError ? error.code : String(error);
    },
  );
  return watched;
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('the delivery of sealed batches', () => {
  test('is done with a batch once the database has its range, and not before', async () => {
    const done = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(500);
    expect([done.state, world.appended]).toEqual(['waits', [1]]);
    world.work();
    await world.pass(60);
    expect(done.state).toBe('done');
    world.asked = [];
    await world.pass(10_000);
    expect(world.asked).toEqual([]); // Nothing is under way, so nobody is asked.
  });

  test('asks the database at once at the word that something was committed', async () => {
    const done = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(0);
    world.work();
    world.delivery.committed(['another']);
    await world.pass(0);
    expect(done.state).toBe('waits');
    world.delivery.committed(['another', EDGE]);
    await world.pass(0);
    expect(done.state).toBe('done');
  });

  test('sends again what Redis lost, and only that', async () => {
    const first = watch(world.delivery.ingest(batch(1, 10), 'h'));
    const second = watch(world.delivery.ingest(batch(11, 20), 'h'));
    await world.pass(100);
    world.work();
    world.entries.clear(); // FLUSHALL.
    await world.pass(5000);
    expect(first.state).toBe('done');
    expect(world.appended).toEqual([1, 11, 11]);
    world.work();
    await world.pass(100);
    expect(second.state).toBe('done');
    expect(world.delivery.counts.resent).toBe(1);
  });

  test('asks the stream before the database, so that a batch that is just being committed is not sent again', async () => {
    watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(900);
    world.asked = [];
    await world.pass(150);
    const at = world.asked.indexOf('stream');
    expect(world.asked[at + 1]).toBe('database');
    // Committed and gone between the two questions is the same as gone before the first: it is confirmed.
    world.work();
    await world.pass(5000);
    expect(world.appended).toEqual([1]);
  });

  test('sends nothing again while the database does not say what it has', async () => {
    const done = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(100);
    world.databaseAway = true;
    world.entries.clear();
    await world.pass(20_000);
    expect([done.state, world.appended]).toEqual(['waits', [1]]);
    world.databaseAway = false;
    await world.pass(60_000);
    expect(world.appended).toEqual([1, 1]);
  });

  test('goes straight into the database while Redis is away, batches under way included', async () => {
    const first = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(100);
    world.redis = 'away';
    const second = watch(world.delivery.ingest(batch(11, 20), 'h'));
    await world.pass(5000);
    expect([first.state, second.state, world.direct.sort((a, b) => a - b)]).toEqual(['done', 'done', [1, 11]]);
  });

  test('gives the batch back while both are away', async () => {
    world.redis = 'away';
    world.databaseAway = true;
    const done = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(10);
    expect(done.state).toBe('unavailable');
  });

  test('gives the batch back while the stream is full, and does not go around it', async () => {
    watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(10);
    world.redis = 'full';
    const done = watch(world.delivery.ingest(batch(11, 20), 'h'));
    await world.pass(10);
    expect([done.state, world.direct]).toEqual(['unavailable', []]);
  });

  test('keeps a batch waiting, where there is no way around Redis, that Redis may still have', async () => {
    world = new World(false);
    const done = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(10);
    world.redis = 'away';
    await world.pass(60_000);
    expect(done.state).toBe('waits');
    world.redis = 'there';
    world.entries.clear();
    await world.pass(60_000);
    expect(world.appended).toEqual([1, 1]);
  });

  test('lets the process that holds an id deliver first, and sends what that one does not have', async () => {
    const other = 'a'.repeat(32);
    world.heldElsewhere.add(other);
    const both = watch(world.delivery.ingest(batch(1, 10, other), 'h'));
    const ours = watch(world.delivery.ingest(batch(11, 20, other), 'h'));
    await world.pass(1000);
    world.commit(1, 10, other);
    await world.pass(100);
    expect([both.state, ours.state, world.appended]).toEqual(['done', 'waits', []]);
    await world.pass(61_000);
    expect(world.appended).toEqual([11]);
  });

  test('knows at the start what the database has, or nothing where it is away', async () => {
    world.committed.set(EDGE, { edgeId: EDGE, watermark: 7, ranges: [] });
    expect(await world.delivery.progress()).toMatchObject([{ edgeId: EDGE, watermark: 7 }]);
    world.databaseAway = true;
    expect(await world.delivery.progress()).toEqual([]);
  });

  test('lets everything go when it is closed', async () => {
    const done = watch(world.delivery.ingest(batch(1, 10), 'h'));
    await world.pass(10);
    world.delivery.close();
    await world.pass(0);
    expect(done.state).toBe('unavailable');
  });
});
