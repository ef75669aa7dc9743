import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { directoryBytes, type NumberedFile, rawSegments, sealedLogs, segmentHeaderOf } from './files.ts';
import { framesOf } from './sealed-log.ts';
import { SegmentReader } from './segment-reader.ts';
import { addRange, type EdgeRanges, rangesOf } from './seq-ranges.ts';

/** A raw segment as it is now. Shape: without clicks `lastSeq` is `firstSeq - 1`. Units: `usedBytes`, header included. */
export interface RawFile extends NumberedFile {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  usedBytes: number;
}

/** A file of sealed batches. Units: `usedBytes` up to the end of its last whole batch. */
export interface SealedFile extends NumberedFile {
  frames: { edgeId: string; firstSeq: number; lastSeq: number }[];
  usedBytes: number;
}

export interface OutboxContents {
  raw: RawFile[];
  sealed: SealedFile[];
}

/**
 * What an outbox directory holds, read while it may be in use.
 * Shape: raw segments are read before sealed batches, so a click that moves from one to the other meanwhile is in both.
 * Errors: a file that goes away meanwhile is left out; it was sealed, or committed, before.
 */
export function readOutbox(dir: string): OutboxContents {
  if (!existsSync(dir)) return { raw: [], sealed: [] };
  const raw = rawSegments(dir).flatMap((file) => unlessGone(() => readRawFile(file)) ?? []);
  const sealed = sealedLogs(dir).flatMap((file) => unlessGone(() => readSealedFile(file)) ?? []);
  return { raw, sealed };
}

/** One file of either kind, whatever it is called. Errors: throws for anything else. */
export function readOutboxFile(path: string): OutboxContents {
  const file = { number: 1, path };
  const raw = readRawFile(file);
  if (raw) return { raw: [raw], sealed: [] };
  const sealed = readSealedFile(file);
  if (sealed.frames.length === 0) throw new Error(`${path} is neither a segment nor a file of sealed batches`);
  return { raw: [], sealed: [sealed] };
}

/** Null for a file whose header never reached the disk: nothing was accepted into it. */
function readRawFile(file: NumberedFile): RawFile | null {
  if (segmentHeaderOf(file.path) === null) return null;
  const reader = new SegmentReader(file.path);
  try {
    while (reader.read(10_000) !== null);
    const { edgeId, firstSeq } = reader.header;
    return { ...file, edgeId, firstSeq, lastSeq: reader.position - 1, usedBytes: reader.bytesRead };
  } finally {
    reader.close();
  }
}

function readSealedFile(file: NumberedFile): SealedFile {
  const frames = [...framesOf(file.number, file.path)];
  const last = frames.at(-1);
  return { ...file, frames, usedBytes: last ? last.offset + last.bytes : 0 };
}

function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Every seq that an outbox holds, sealed or not, by edge. */
export function seqsIn({ raw, sealed }: OutboxContents): EdgeRanges {
  const edges = sealedSeqsIn(sealed);
  for (const { edgeId, firstSeq, lastSeq } of raw) addRange(edges, edgeId, firstSeq, lastSeq);
  return edges;
}

export function sealedSeqsIn(sealed: readonly SealedFile[]): EdgeRanges {
  const edges: EdgeRanges = new Map();
  for (const { frames } of sealed)
    for (const frame of frames) addRange(edges, frame.edgeId, frame.firstSeq, frame.lastSeq);
  return edges;
}

/** An outbox in figures. */
export interface OutboxSummary {
  /** The edge id of the directory; null before its first start. */
  edgeId: string | null;
  bytes: number;
  rawSegments: number;
  sealedFiles: number;
  edges: { edgeId: string; lastSeq: number; pending: number }[];
  /** Clicks that the database does not have yet. */
  pending: number;
}

/** `committed`: what the database has. */
export function summarizeOutbox(dir: string, committed: EdgeRanges): OutboxSummary {
  const contents = readOutbox(dir);
  const edges = [...seqsIn(contents)].map(([edgeId, seqs]) => ({
    edgeId,
    lastSeq: seqs.last,
    pending: seqs.countBeyond(rangesOf(committed, edgeId)),
  }));
  return {
    edgeId: readEdgeId(dir),
    bytes: existsSync(dir) ? directoryBytes(dir) : 0,
    rawSegments: contents.raw.length,
    sealedFiles: contents.sealed.length,
    edges,
    pending: edges.reduce((sum, edge) => sum + edge.pending, 0),
  };
}

function readEdgeId(dir: string): string | null {
  try {
    const { edgeId } = JSON.parse(readFileSync(join(dir, 'edge.json'), 'utf8')) as { edgeId?: unknown };
    return typeof edgeId === 'string' ? edgeId : null;
  } catch {
    return null;
  }
}
