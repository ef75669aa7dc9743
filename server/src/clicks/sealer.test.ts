import { describe, expect, test } from 'bun:test';
import { AppError } from '../platform/app-error.ts';
import { decodeBatch } from './batch.ts';
import type { EnrichedClick, OutboxClick } from './click.ts';
import type { Confirmations } from './confirmations.ts';
import type { IngestOutcome, IngestPort } from './ingest.ts';
import { type RawRun, type SealedFrame, Sealer } from './sealer.ts';

const EDGE = 'e'.repeat(32);

const clicksOf = (first: number, last: number): OutboxClick[] =>
  Array.from({ length: last - first + 1 }, (_, i) => ({
    seq: first + i,
    at: 1_700_000_000_000,
    linkId: 1,
    urlVersion: 1,
    domainId: 1,
    address: '203.0.113.7',
    userAgent: '',
    referrer: '',
    acceptLanguage: '',
    purpose: '',
    query: '',
  }));

const run = (firstSeq: number, lastSeq: number, edgeId = EDGE): RawRun => ({
  edgeId,
  firstSeq,
  lastSeq,
  clicks: clicksOf(firstSeq, lastSeq),
  unreadable: 0,
});

const enrich = (click: OutboxClick): EnrichedClick => ({
  seq: click.seq,
  at: click.at,
  linkId: click.linkId,
  urlVersion: click.urlVersion,
  visitor: 1,
  country: '',
  region: '',
  city: '',
  device: '',
  browser: '',
  os: '',
  referrer: '',
  utmSource: '',
  utmMedium: '',
  utmCampaign: '',
  utmTerm: '',
  utmContent: '',
  language: '',
  quality: 'human',
  reason: '',
});

/** Size of each file of sealed batches. */
const FILE_BYTES = 100;

/** A sealer over a queue that gives each run once, and a disk that is full for as long as `disk.full`. */
async function start(
  runs: RawRun[],
  sealedThrough = new Map<string, number>(),
  ingest: Partial<IngestPort> = {},
  confirmations: Confirmations | null = null,
  kept?: { ms: number; bytesMax: number },
) {
  const time = { now: 1_700_000_000_000 };
  const disk = { full: false };
  const contents: string[] = [];
  const files = new Set<number>();
  const sealer = await Sealer.create<SealedFrame>(
    {
      edgeId: EDGE,
      raw: { read: () => runs.shift() ?? null, sync: () => {}, hasFinished: false, removeFinished: () => 0 },
      sealed: {
        frames: () => [],
        append(edgeId, firstSeq, lastSeq, content) {
          if (disk.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          contents.push(content);
          const file = kept ? contents.length : 1;
          files.add(file);
          return { edgeId, firstSeq, lastSeq, file };
        },
        content: ({ firstSeq }) => contents.find((content) => decodeBatch(content).firstSeq === firstSeq) ?? '',
        sync: () => {},
        rotateIfOld: () => {},
        remove: (file) => files.delete(file),
        get openFile() {
          return Math.max(...files);
        },
        get bytes() {
          return files.size * FILE_BYTES;
        },
      },
      enrich,
      prepare: async () => {},
      ingest: {
        ingest: () => new Promise(() => {}),
        deadLetter: async () => {},
        progress: async () => [],
        salt: async () => null,
        ...ingest,
      },
      confirmations,
      hash: () => '',
      keepMs: kept?.ms ?? 0,
      keptBytesMax: kept?.bytesMax ?? Number.POSITIVE_INFINITY,
      now: () => time.now,
      segmentsRemoved: () => {},
    },
    sealedThrough,
  );
  const batches = () =>
    contents.map(decodeBatch).map(({ edgeId, firstSeq, lastSeq, unreadable, clicks }) => ({
      edgeId,
      range: [firstSeq, lastSeq],
      unreadable,
      clicks: clicks.length,
    }));
  return { sealer, disk, batches, time, files };
}

describe('the sealer', () => {
  test('passes over no click when the disk was full as it was to be sealed', async () => {
    const { sealer, disk, batches } = await start([run(1, 3), run(4, 5)]);
    disk.full = true;
    await expect(sealer.pump()).rejects.toThrow('no space left');
    await expect(sealer.pump()).rejects.toThrow('no space left');
    disk.full = false;
    while (await sealer.pump());
    expect(batches()).toEqual([
      { edgeId: EDGE, range: [1, 3], unreadable: 0, clicks: 3 },
      { edgeId: EDGE, range: [4, 5], unreadable: 0, clicks: 2 },
    ]);
    expect(sealer.status().sealedSeq).toBe(5);
  });

  test('counts clicks of its own edge that a damaged file lost as unreadable, so that the range has no gap', async () => {
    const { sealer, batches } = await start([run(21, 22)], new Map([[EDGE, 10]]));
    while (await sealer.pump());
    expect(batches()).toEqual([
      { edgeId: EDGE, range: [11, 20], unreadable: 10, clicks: 0 },
      { edgeId: EDGE, range: [21, 22], unreadable: 0, clicks: 2 },
    ]);
  });

  test('leaves the gaps of another edge open, whose missing clicks may be taken over later', async () => {
    const other = 'a'.repeat(32);
    const { sealer, batches } = await start([run(21, 22, other)]);
    while (await sealer.pump());
    expect(batches()).toEqual([{ edgeId: other, range: [21, 22], unreadable: 0, clicks: 2 }]);
  });

  const committed = (): IngestOutcome => ({
    result: 'committed',
    committed: 1,
    discarded: 0,
    dead: 0,
    eventIds: [1, 1],
  });
  /** Pumps until nothing is left to deliver, the clock moving on past every back-off. */
  async function deliverAll(sealer: Sealer<SealedFrame>, time: { now: number }, rounds = 40): Promise<void> {
    for (let round = 0; round < rounds && !(await sealer.pump()) && !sealer.idle; round++) {
      time.now += 10_000;
      await new Promise((resume) => setImmediate(resume));
    }
  }

  test('puts a batch aside that is refused again and again, and delivers the rest', async () => {
    const letters: [number, number, string][] = [];
    const { sealer, time } = await start([run(1, 2), run(3, 3)], new Map(), {
      async ingest(content) {
        if (decodeBatch(content).firstSeq === 1) throw new Error('a constraint failed');
        return committed();
      },
      async deadLetter({ firstSeq, lastSeq, reason }) {
        letters.push([firstSeq, lastSeq, reason]);
      },
    });
    while (await sealer.pump());
    await deliverAll(sealer, time);
    expect(letters).toEqual([[1, 2, 'a constraint failed']]);
    expect(sealer.idle).toBe(true);
    expect(sealer.status()).toMatchObject({ dead: 2, committedSeq: 3, lastError: null });
  });

  test('waits for a database that is away, however long, and puts nothing aside', async () => {
    let away = true;
    const letters: unknown[] = [];
    const { sealer, time } = await start([run(1, 2)], new Map(), {
      async ingest() {
        if (away) throw new AppError('unavailable', 'The database cannot be written just now');
        return committed();
      },
      async deadLetter(entry) {
        letters.push(entry);
      },
    });
    while (await sealer.pump());
    await deliverAll(sealer, time);
    expect(sealer.idle).toBe(false);
    expect(sealer.status().lastError).toContain('cannot be written');
    away = false;
    await deliverAll(sealer, time);
    expect(sealer.idle).toBe(true);
    expect(letters).toEqual([]);
  });

  test('delivers again what the database confirmed and lost in a failover', async () => {
    const sent: number[] = [];
    const has = { edgeId: EDGE, watermark: 0, ranges: [] as [number, number][] };
    const { sealer, time } = await start(
      [run(1, 2), run(3, 4), run(5, 6)],
      new Map(),
      {
        async ingest(content) {
          const { firstSeq, lastSeq } = decodeBatch(content);
          sent.push(firstSeq);
          has.watermark = Math.max(has.watermark, lastSeq);
          return committed();
        },
      },
      { committed: async () => [has] },
    );
    while (await sealer.pump());
    await deliverAll(sealer, time);
    expect([sent, await sealer.recheck()]).toEqual([[1, 3, 5], 0]);
    has.watermark = 2;
    expect(await sealer.recheck()).toBe(2);
    expect(sealer.status().committedSeq).toBe(2);
    await deliverAll(sealer, time);
    expect([sent, sealer.status().committedSeq]).toEqual([[1, 3, 5, 3, 5], 6]);
    expect(await sealer.recheck()).toBe(0);
  });

  test('goes on under another edge id, and still delivers what it has under the former one', async () => {
    const other = 'a'.repeat(32);
    const runs = [run(1, 2)];
    const { sealer, batches, time } = await start(runs, new Map(), { ingest: async () => committed() });
    while (await sealer.pump());
    sealer.switchEdge(other);
    expect(sealer.status()).toMatchObject({ edgeId: other, committedSeq: 0 });
    const settled = sealer.settled(3);
    runs.push(run(1, 3, other));
    while (await sealer.pump());
    await deliverAll(sealer, time);
    await settled;
    expect(batches().map(({ edgeId, range }) => [edgeId, range])).toEqual([
      [EDGE, [1, 2]],
      [other, [1, 3]],
    ]);
  });
});

test('confirmed batches give way, oldest first, before they take the room of clicks to come; unconfirmed ones never do', async () => {
  const committed: IngestOutcome = { result: 'committed', committed: 1, discarded: 0, dead: 0, eventIds: [0, 0] };
  const ingest: Partial<IngestPort> = {
    ingest: (content) => (decodeBatch(content).firstSeq === 2 ? new Promise(() => {}) : Promise.resolve(committed)),
  };
  const runs = [1, 2, 3, 4, 5].map((seq) => run(seq, seq));
  const { sealer, files } = await start(runs, new Map(), ingest, null, { ms: 3_600_000, bytesMax: 3 * FILE_BYTES });
  for (let n = 0; n < 8; n++) {
    await sealer.pump();
    await Bun.sleep(0);
  }
  expect([...files]).toEqual([1, 2, 3, 4, 5]);
  sealer.housekeep();
  expect([...files]).toEqual([2, 4, 5]);
});
