import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptOutbox } from './adopt.ts';
import { rawPath } from './files.ts';
import { type OutboxContents, readOutbox, readOutboxFile, summarizeOutbox } from './outbox-contents.ts';
import { RawQueue } from './raw-queue.ts';
import { SealedLog, sealedThrough } from './sealed-log.ts';
import { HEADER_BYTES, type RecordBytes, recordBytes, writeClick, writeHeader } from './segment-format.ts';
import { type EdgeRanges, SeqRanges } from './seq-ranges.ts';

const EDGE = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const NOTHING: EdgeRanges = new Map();

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waymark-adopt-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function directory(name: string): string {
  mkdirSync(join(root, name));
  return join(root, name);
}

/** A raw segment of `count` clicks from `firstSeq`. */
function writeRaw(dir: string, number: number, edgeId: string, firstSeq: number, count: number): void {
  const bytes = Buffer.alloc(64 * 1024) as RecordBytes;
  writeHeader(bytes, { edgeId, firstSeq, createdAt: 0 });
  let offset = HEADER_BYTES;
  for (let at = 0; at < count; at++) {
    const click = {
      at: firstSeq + at,
      linkId: 1,
      urlVersion: 1,
      domainId: 1,
      address: '',
      userAgent: '',
      referrer: '',
      acceptLanguage: '',
      purpose: '',
      query: '',
    };
    const length = writeClick(bytes, offset + 8, click) - offset - 8;
    bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(offset + 8, offset + 8 + length)), offset + 4);
    bytes.writeUInt32LE(length, offset);
    offset += recordBytes(length);
  }
  writeFileSync(rawPath(dir, number), bytes);
}

function writeSealed(dir: string, edgeId: string, ...ranges: [first: number, last: number][]): void {
  const log = new SealedLog(dir, 1000, () => 0);
  for (const [first, last] of ranges) log.append(edgeId, first, last, `${first}-${last}`);
  log.closeFile();
}

/** What a start would still seal, in its order. */
function wouldSeal(dir: string): [edgeId: string, first: number, last: number][] {
  const done = sealedThrough(dir);
  const queue = new RawQueue(dir, (edgeId) => done.get(edgeId) ?? 0);
  const runs: [string, number, number][] = [];
  for (let run = queue.read(1000); run; run = queue.read(1000)) {
    runs.push([run.edgeId, run.firstSeq, run.lastSeq]);
    done.set(run.edgeId, run.lastSeq);
  }
  queue.close();
  return runs;
}

test('clicks of another edge are sealed behind those that are there, under their own id', () => {
  const [own, gone] = [directory('own'), directory('gone')];
  writeRaw(own, 7, EDGE, 1, 3);
  writeRaw(gone, 1, OTHER, 5, 4);
  writeSealed(gone, OTHER, [1, 4]);
  expect(adoptOutbox(own, readOutbox(gone), NOTHING)).toBe(2);
  expect(readdirSync(own).sort()).toEqual(['raw-000000000007.seg', 'raw-000000000008.seg', 'sealed-000000000001.log']);
  expect(wouldSeal(own)).toEqual([
    [EDGE, 1, 3],
    [OTHER, 5, 8],
  ]);
});

test('a copy has no more bytes than its segment uses', () => {
  const [own, gone] = [directory('own'), directory('gone')];
  writeRaw(gone, 1, OTHER, 1, 2);
  adoptOutbox(own, readOutbox(gone), NOTHING);
  const [file] = readOutbox(own).raw;
  expect(file?.lastSeq).toBe(2);
  expect(Bun.file(rawPath(own, 1)).size).toBe(file?.usedBytes ?? -1);
});

test('adopting again seals nothing twice', () => {
  const [own, gone] = [directory('own'), directory('gone')];
  writeRaw(gone, 1, OTHER, 1, 4);
  adoptOutbox(own, readOutbox(gone), NOTHING);
  adoptOutbox(own, readOutbox(gone), NOTHING);
  expect(wouldSeal(own)).toEqual([[OTHER, 1, 4]]);
});

describe('clicks that a start would pass over are refused, with nothing taken', () => {
  const refusals: [name: string, build: (own: string, gone: string) => void][] = [
    [
      'older raw clicks behind newer sealed ones',
      (own, gone) => {
        writeRaw(own, 1, OTHER, 91, 10);
        writeSealed(gone, OTHER, [500, 600]);
      },
    ],
    [
      'older raw clicks behind newer raw ones',
      (own, gone) => {
        writeRaw(own, 1, OTHER, 601, 10);
        writeRaw(gone, 1, OTHER, 91, 10);
      },
    ],
  ];
  test.each(refusals)('%s', (_, build) => {
    const [own, gone] = [directory('own'), directory('gone')];
    build(own, gone);
    const before = readdirSync(own);
    expect(() => adoptOutbox(own, readOutbox(gone), NOTHING)).toThrow('start the server once');
    expect(readdirSync(own)).toEqual(before);
  });

  test('but not where the database has them', () => {
    const [own, gone] = [directory('own'), directory('gone')];
    writeRaw(own, 1, OTHER, 91, 10);
    writeSealed(gone, OTHER, [500, 600]);
    expect(adoptOutbox(own, readOutbox(gone), new Map([[OTHER, new SeqRanges([[1, 100]])]]))).toBe(1);
  });
});

test('the summary counts each click that the database does not have once', () => {
  const own = directory('own');
  writeSealed(own, EDGE, [1, 40], [41, 60]);
  writeRaw(own, 3, EDGE, 51, 20);
  const summary = summarizeOutbox(own, new Map([[EDGE, new SeqRanges([[1, 45]])]]));
  expect(summary).toMatchObject({
    pending: 25,
    edges: [{ edgeId: EDGE, lastSeq: 70, pending: 25 }],
    rawSegments: 1,
    sealedFiles: 1,
  });
});

test('a single file is told by what is in it', () => {
  const gone = directory('gone');
  writeRaw(gone, 1, OTHER, 1, 2);
  writeSealed(gone, OTHER, [1, 2]);
  const kinds = readdirSync(gone)
    .sort()
    .map((name) => readOutboxFile(join(gone, name)))
    .map(({ raw, sealed }: OutboxContents) => [raw.length, sealed.length]);
  expect(kinds).toEqual([
    [1, 0],
    [0, 1],
  ]);
  writeFileSync(join(gone, 'other'), 'neither');
  expect(() => readOutboxFile(join(gone, 'other'))).toThrow('neither a segment');
});
