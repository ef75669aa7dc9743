import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ClickStream, ClickStreamConsumer, StreamBatch } from '../../clicks/stream.ts';
import { refused } from './suite.ts';

/** A click stream that only one test uses. */
export interface StreamHarness {
  stream: ClickStream;
  /** A worker's end; each call one of its own. Entries are claimed after `claimMs`. */
  consumer(claimMs?: number): ClickStreamConsumer;
  /** Entries that the stream of this harness takes. Shape: a multiple of what it is spread over. */
  entriesMax: number;
  /** Puts an entry into the stream that is no batch. */
  spoil(): Promise<void>;
  /** Loses everything, groups and all. */
  loseEverything(): Promise<void>;
  close(): Promise<void>;
}

const EDGE = 'ab'.repeat(16);
const HASH = 'cd'.repeat(32);

const batch = (firstSeq: number, content = `content ${firstSeq}`): StreamBatch => ({
  edgeId: EDGE,
  firstSeq,
  lastSeq: firstSeq + 9,
  content,
  hash: HASH,
});
const seqs = (entries: readonly { batch: StreamBatch }[]) =>
  entries.map(({ batch: { firstSeq } }) => firstSeq).sort((a, b) => a - b);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n * 10 + 1);

/** Above the time that entries lie in a test, unless it is to be over. */
const LONG_MS = 60_000;

/** What every click stream does. */
export function clickStreamConformance(name: string, make: () => Promise<StreamHarness>): void {
  describe(`${name}: click stream`, () => {
    let harness: StreamHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());
    const append = async (...firsts: number[]) => {
      for (const first of firsts) await harness.stream.append(batch(first));
    };

    test('a batch arrives as it was sent, whatever is in it', async () => {
      const content = `{"words":["ü","\\u0000","${'x'.repeat(100_000)}"]}`;
      const place = await harness.stream.append(batch(1, content));
      const [entry, ...rest] = await harness.consumer(LONG_MS).read(10, 1000);
      expect(rest).toEqual([]);
      expect(entry).toEqual({ ...place, batch: batch(1, content), deliveries: 1 });
    });

    test('an entry is there until it is done', async () => {
      const place = await harness.stream.append(batch(1));
      const consumer = harness.consumer(LONG_MS);
      const read = await consumer.read(10, 1000);
      expect(await harness.stream.has(place)).toBe(true);
      expect(await consumer.depth()).toEqual({ waiting: 1, malformed: 0 });
      await consumer.done(read);
      expect(await harness.stream.has(place)).toBe(false);
      expect(await consumer.depth()).toEqual({ waiting: 0, malformed: 0 });
      await consumer.done(read);
    });

    test('no two consumers get the same entry', async () => {
      await append(...numbers(40));
      const consumers = [harness.consumer(LONG_MS), harness.consumer(LONG_MS), harness.consumer(LONG_MS)];
      const read = await Promise.all(consumers.map((consumer) => consumer.read(20, 1000)));
      const rest = await consumers[0]?.read(100, 0);
      expect(seqs([...read.flat(), ...(rest ?? [])])).toEqual(numbers(40));
    });

    test('a read brings at most what was asked for, and all of it in time', async () => {
      await append(...numbers(30));
      const consumer = harness.consumer(LONG_MS);
      const found: number[] = [];
      for (let read = 0; found.length < 30 && read < 30; read++) {
        const entries = await consumer.read(3, 0);
        expect(entries.length).toBeLessThanOrEqual(3);
        found.push(...seqs(entries));
      }
      expect(found.sort((a, b) => a - b)).toEqual(numbers(30));
    });

    test('with nothing there a read waits, and then brings what comes', async () => {
      const consumer = harness.consumer(LONG_MS);
      expect(await consumer.read(10, 0)).toEqual([]);
      const reading = consumer.read(10, 10_000);
      await append(1);
      expect(seqs(await reading)).toEqual([1]);
    });

    test('what a consumer leaves is claimed by another, with the number of times it was handed out', async () => {
      await append(...numbers(20));
      const lost = await harness.consumer(LONG_MS).read(100, 1000);
      expect(lost.length).toBe(20);
      await Bun.sleep(550);
      const consumer = harness.consumer(500);
      const claimed = await readUntil(consumer, 20);
      expect(seqs(claimed)).toEqual(numbers(20));
      expect(new Set(claimed.map(({ deliveries }) => deliveries))).toEqual(new Set([2]));
      await consumer.done(claimed);
      expect((await consumer.depth()).waiting).toBe(0);
    });

    test('what a consumer keeps is not claimed', async () => {
      await append(1, 11);
      const holder = harness.consumer(LONG_MS);
      const [kept, left] = await holder.read(10, 1000);
      if (!kept || !left) throw new Error('nothing was read');
      await Bun.sleep(300);
      await holder.keep([kept]);
      expect(seqs(await harness.consumer(250).read(10, 0))).toEqual([left.batch.firstSeq]);
    });

    test('what is given back is claimed at once, as if it had not been handed out', async () => {
      await append(1, 11);
      const consumer = harness.consumer(LONG_MS);
      const read = await consumer.read(10, 1000);
      await consumer.release(read.slice(0, 1));
      const [entry, ...rest] = await harness.consumer(LONG_MS).read(10, 0);
      expect(rest).toEqual([]);
      expect(entry).toMatchObject({ batch: { firstSeq: read[0]?.batch.firstSeq }, deliveries: 1 });
    });

    test('at its bound it takes nothing more until something is done', async () => {
      let refusedAt: number | null = null;
      for (let first = 1; refusedAt === null; first += 10) {
        const error = await harness.stream.append(batch(first)).then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error === null) continue;
        await refused(Promise.reject(error), 'unavailable');
        refusedAt = first;
      }
      const consumer = harness.consumer(LONG_MS);
      const { waiting } = await consumer.depth();
      expect(waiting).toBeLessThanOrEqual(harness.entriesMax);
      await consumer.done(await readUntil(consumer, waiting));
      await append(refusedAt);
      expect((await consumer.depth()).waiting).toBe(1);
    });

    test('many edges at once do not get beyond the bound', async () => {
      const sent = await Promise.allSettled(
        numbers(harness.entriesMax * 3).map((first) => harness.stream.append(batch(first))),
      );
      const taken = sent.filter(({ status }) => status === 'fulfilled').length;
      const { waiting } = await harness.consumer(LONG_MS).depth();
      expect(waiting).toBe(taken);
      expect(waiting).toBeLessThanOrEqual(harness.entriesMax);
    });

    test('an entry that is no batch is put aside and counted, and the rest goes on', async () => {
      await harness.spoil();
      await append(1);
      await harness.spoil();
      const consumer = harness.consumer(LONG_MS);
      const read = await readUntil(consumer, 1);
      expect(await consumer.read(10, 0)).toEqual([]);
      expect(seqs(read)).toEqual([1]);
      expect(await consumer.depth()).toEqual({ waiting: 1, malformed: 2 });
    });

    test('when it has lost everything it goes on with what is sent again', async () => {
      await append(1, 11);
      const consumer = harness.consumer(LONG_MS);
      const lost = await consumer.read(1, 1000);
      await harness.loseEverything();
      await consumer.keep(lost);
      await consumer.done(lost);
      expect(await consumer.read(10, 0)).toEqual([]);
      const place = await harness.stream.append(batch(1));
      expect(seqs(await consumer.read(10, 1000))).toEqual([1]);
      expect(await harness.stream.has(place)).toBe(true);
    });

    test('what is sent between a loss and the next read is not missed', async () => {
      const consumer = harness.consumer(LONG_MS);
      await consumer.read(10, 0);
      await harness.loseEverything();
      await append(...numbers(16));
      expect(seqs(await readUntil(consumer, 16))).toEqual(numbers(16));
    });
  });
}

async function readUntil(consumer: ClickStreamConsumer, count: number) {
  const deadline = performance.now() + 10_000;
  const found = [];
  while (found.length < count && performance.now() < deadline) found.push(...(await consumer.read(100, 20)));
  return found;
}
