import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RawClick } from '../../clicks/click.ts';
import { drawEdgeId } from './edge-identity.ts';
import { rawSegments } from './files.ts';
import { MmapOutbox } from './mmap-outbox.ts';
import { RawQueue } from './raw-queue.ts';
import { SealedLog, sealedThrough } from './sealed-log.ts';

const SEGMENT_BYTES = 512 * 1024;

let dir: string;
let now: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-outbox-'));
  now = 1_700_000_000_000;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (options: { bytesMax?: number; committed?: number; sealed?: number; dir?: string } = {}) =>
  new MmapOutbox({
    dir: options.dir ?? dir,
    bytesMax: options.bytesMax ?? 1024 * 1024 * 1024,
    segmentBytes: SEGMENT_BYTES,
    now: () => now,
    committedSeq: () => options.committed ?? 0,
    sealedSeq: () => options.sealed ?? 0,
    onSpareTaken: () => {},
  });

const click = (linkId: number, override: Partial<RawClick> = {}): RawClick => ({
  at: now,
  linkId,
  urlVersion: 1,
  domainId: 1,
  address: '203.0.113.7',
  userAgent: 'Mozilla/5.0',
  referrer: 'https://example.org/',
  acceptLanguage: 'de',
  purpose: '',
  query: '',
  ...override,
});

function drain(queue: RawQueue, limit = 7) {
  const clicks = [];
  let unreadable = 0;
  for (let run = queue.read(limit); run; run = queue.read(limit)) {
    clicks.push(...run.clicks);
    unreadable += run.unreadable;
  }
  return { clicks, unreadable };
}

describe('the outbox', () => {
  test('gives back what it accepted, in order, with ascending seqs', () => {
    const outbox = open();
    for (let i = 1; i <= 50; i++) expect(outbox.append(click(i))).toBe(true);
    const { clicks, unreadable } = drain(new RawQueue(dir, () => 0));
    expect(clicks.map(({ seq, linkId }) => [seq, linkId])).toEqual(
      Array.from({ length: 50 }, (_, i) => [i + 1, i + 1]),
    );
    expect(unreadable).toBe(0);
    expect(clicks[0]).toEqual({ seq: 1, ...click(1) });
  });

  test('shows a click to a reader as soon as append returns', () => {
    const outbox = open();
    const queue = new RawQueue(dir, () => 0);
    for (let i = 1; i <= 20; i++) {
      outbox.append(click(i));
      expect(queue.read(10)?.clicks.map(({ linkId }) => linkId)).toEqual([i]);
      expect(queue.read(10)).toBeNull();
    }
  });

  test('goes on under another edge id from seq 1, and at the next start too', () => {
    const outbox = open();
    const former = outbox.edgeId;
    for (let i = 1; i <= 3; i++) outbox.append(click(i));
    const edgeId = drawEdgeId(dir);
    outbox.switchEdge(edgeId);
    for (let i = 4; i <= 5; i++) expect(outbox.append(click(i))).toBe(true);
    expect([outbox.edgeId, outbox.lastSeq]).toEqual([edgeId, 2]);
    const queue = new RawQueue(dir, () => 0);
    const runs = [queue.read(100), queue.read(100)].map((run) => [run?.edgeId, run?.firstSeq, run?.lastSeq]);
    expect(runs).toEqual([
      [former, 1, 3],
      [edgeId, 1, 2],
    ]);
    const again = open();
    expect([again.edgeId, again.lastSeq, again.copiedFrom]).toEqual([edgeId, 2, null]);
  });

  test('keeps any text that a header can hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 })), {
          maxLength: 20,
        }),
        (texts) => {
          rmSync(dir, { recursive: true, force: true });
          const outbox = open();
          for (const [userAgent, query] of texts) outbox.append(click(1, { userAgent, query }));
          const { clicks, unreadable } = drain(new RawQueue(dir, () => 0));
          expect(unreadable).toBe(0);
          const spoken = (text: string) => text.toWellFormed().replace(/\p{Cc}/gu, (sign) => (sign < ' ' ? ' ' : sign));
          expect(clicks.map(({ userAgent, query }) => [userAgent, query])).toEqual(
            texts.map(([a, b]) => [spoken(a), spoken(b)]),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('goes on after the last seq when it is opened again', () => {
    const first = open();
    for (let i = 1; i <= 5; i++) first.append(click(i));
    const second = open();
    expect(second.edgeId).toBe(first.edgeId);
    expect(second.lastSeq).toBe(5);
    second.append(click(6));
    expect(drain(new RawQueue(dir, () => 0)).clicks.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('never gives out a seq that the database or a sealed batch has', () => {
    expect(open({ committed: 100 }).lastSeq).toBe(100);
    expect(open({ committed: 100, sealed: 140 }).lastSeq).toBe(140);
  });

  test('fills one segment after another and loses nothing between them', () => {
    const outbox = open();
    const long = 'x'.repeat(512);
    const perSegment = Math.floor(SEGMENT_BYTES / 1200);
    for (let i = 1; i <= perSegment * 2; i++) outbox.append(click(i, { userAgent: long, referrer: long }));
    expect(rawSegments(dir).length).toBeGreaterThan(1);
    const { clicks, unreadable } = drain(new RawQueue(dir, () => 0), 1000);
    expect(clicks.length).toBe(perSegment * 2);
    expect(unreadable).toBe(0);
    expect(clicks.every(({ seq, linkId }) => seq === linkId)).toBe(true);
  });

  test('refuses clicks at its size limit and accepts them again when there is room', () => {
    const outbox = open({ bytesMax: SEGMENT_BYTES });
    const long = 'x'.repeat(512);
    const big = click(1, { userAgent: long, referrer: long, query: long, purpose: long, acceptLanguage: long });
    let accepted = 0;
    while (outbox.append(big)) accepted++;
    expect(accepted).toBeGreaterThan(100);
    expect(outbox.lastSeq).toBe(accepted);
    outbox.segmentsRemoved(1);
    now += 1000;
    expect(outbox.append(big)).toBe(true);
    expect(outbox.lastSeq).toBe(accepted + 1);
  });

  test('closes a segment that has been open for 15 seconds, so that addresses leave the disk', () => {
    const outbox = open();
    const queue = new RawQueue(dir, () => 0);
    outbox.append(click(1));
    drain(queue);
    now += 14_000;
    outbox.rotate();
    expect(rawSegments(dir).length).toBe(1);
    now += 2000;
    outbox.rotate();
    drain(queue);
    expect(queue.removeFinished()).toBe(1);
    expect(readFileSync(rawSegments(dir)[0]?.path ?? '').includes('203.0.113.7')).toBe(false);
  });

  test('cut at any byte, keeps every click before the cut and goes on', () => {
    const outbox = open();
    for (let i = 1; i <= 40; i++) outbox.append(click(i));
    const [segment] = rawSegments(dir);
    const whole = readFileSync(segment?.path ?? '');
    const used = whole.findLastIndex((byte) => byte !== 0) + 1;
    for (let cut = 0; cut <= used; cut += 13) {
      const copy = mkdtempSync(join(tmpdir(), 'waymark-cut-'));
      cpSync(dir, copy, { recursive: true });
      truncateSync(rawSegments(copy)[0]?.path ?? '', cut);
      const again = open({ dir: copy });
      again.append(click(999));
      const seqs = drain(new RawQueue(copy, () => 0)).clicks.map(({ linkId }) => linkId);
      const before = seqs.slice(0, -1);
      expect(seqs.at(-1)).toBe(999);
      expect(before).toEqual(before.map((_, i) => i + 1));
      if (cut === used) expect(before.length).toBe(40);
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test('tells a damaged record from a sound one and keeps the rest', () => {
    const outbox = open();
    for (let i = 1; i <= 10; i++) outbox.append(click(i, { userAgent: `agent-${i}` }));
    const path = rawSegments(dir)[0]?.path ?? '';
    const bytes = readFileSync(path);
    bytes.write('X', bytes.indexOf('agent-4'));
    writeFileSync(path, bytes);
    const { clicks, unreadable } = drain(new RawQueue(dir, () => 0));
    expect(unreadable).toBe(1);
    expect(clicks.map(({ seq }) => seq)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10]);
  });

  test('copied with its directory, takes an edge id of its own and keeps the old clicks under the old one', () => {
    const original = open();
    original.append(click(1));
    const copy = mkdtempSync(join(tmpdir(), 'waymark-copy-'));
    cpSync(dir, copy, { recursive: true });
    const clone = open({ dir: copy });
    expect(clone.edgeId).not.toBe(original.edgeId);
    expect(clone.copiedFrom).toBe(original.edgeId);
    clone.append(click(2));
    const queue = new RawQueue(copy, () => 0);
    expect(queue.read(10)?.edgeId).toBe(original.edgeId);
    expect(queue.read(10)?.edgeId).toBe(clone.edgeId);
    rmSync(copy, { recursive: true, force: true });
  });

  test('passes over what is sealed already', () => {
    const outbox = open();
    for (let i = 1; i <= 10; i++) outbox.append(click(i));
    const { clicks } = drain(new RawQueue(dir, () => 6));
    expect(clicks.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
  });
});

describe('the sealed log', () => {
  const edgeId = 'a'.repeat(32);
  const log = () => new SealedLog(dir, 60_000, () => now);

  test('gives back each batch to the letter', () => {
    const sealed = log();
    const contents = ['{"a":1}', 'ü'.repeat(10_000), '{}'];
    const frames = contents.map((content, i) => sealed.append(edgeId, i * 10 + 1, i * 10 + 10, content));
    expect(frames.map((frame) => sealed.content(frame))).toEqual(contents);
    expect([...log().frames()].map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq])).toEqual([
      [1, 10],
      [11, 20],
      [21, 30],
    ]);
  });

  test('cut at any byte, keeps every whole batch before the cut', () => {
    const sealed = log();
    for (let i = 0; i < 5; i++) sealed.append(edgeId, i + 1, i + 1, `{"batch":${i}}`);
    sealed.closeFile();
    const name = readdirSync(dir).find((file) => file.startsWith('sealed-')) ?? '';
    const whole = readFileSync(join(dir, name));
    for (let cut = 0; cut <= whole.length; cut++) {
      writeFileSync(join(dir, name), whole.subarray(0, cut));
      const expected = Math.floor(cut / (whole.length / 5));
      expect([...log().frames()].length).toBe(expected);
      expect(sealedThrough(dir).get(edgeId) ?? 0).toBe(expected);
    }
  });

  test('never writes behind a torn batch', () => {
    const first = log();
    first.append(edgeId, 1, 1, 'one');
    first.closeFile();
    const name = readdirSync(dir).find((file) => file.startsWith('sealed-')) ?? '';
    truncateSync(join(dir, name), 30);
    const second = log();
    second.append(edgeId, 2, 2, 'two');
    expect([...log().frames()].map((frame) => second.content(frame))).toEqual(['two']);
  });
});
