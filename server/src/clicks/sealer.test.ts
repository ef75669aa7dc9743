import { describe, expect, test } from 'bun:test';
import { decodeBatch } from './batch.ts';
import type { EnrichedClick, OutboxClick } from './click.ts';
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

/** A sealer over a queue that gives each run once, and a disk that is full for as long as `disk.full`. */
async function start(runs: RawRun[], sealedThrough = new Map<string, number>()) {
  const disk = { full: false };
  const contents: string[] = [];
  const sealer = await Sealer.create<SealedFrame>(
    {
      edgeId: EDGE,
      raw: { read: () => runs.shift() ?? null, sync: () => {}, hasFinished: false, removeFinished: () => 0 },
      sealed: {
        frames: () => [],
        append(edgeId, firstSeq, lastSeq, content) {
          if (disk.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          contents.push(content);
          return { edgeId, firstSeq, lastSeq, file: 1 };
        },
        content: () => '',
        sync: () => {},
        rotateIfOld: () => {},
        remove: () => {},
        openFile: 1,
        bytes: 0,
      },
      enrich,
      prepare: async () => {},
      ingest: {
        ingest: () => new Promise(() => {}),
        deadLetter: async () => {},
        progress: async () => [],
        salt: async () => null,
      },
      hash: () => '',
      keepMs: 0,
      now: () => 1_700_000_000_000,
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
  return { sealer, disk, batches };
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
});
