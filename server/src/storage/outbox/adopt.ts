import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { rawPath, sealedPath } from './files.ts';
import { type OutboxContents, type RawFile, readOutbox, sealedSeqsIn } from './outbox-contents.ts';
import { addRange, type EdgeRanges, rangesOf, SeqRanges } from './seq-ranges.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies files of another outbox behind those of this one, so that the next start seals and delivers them under their own
 * edge ids. Doing it again changes nothing that is counted. Returns how many files were taken.
 * Errors: throws, with nothing taken, where the order of seqs would make a start pass over some.
 */
export function adoptOutbox(dir: string, incoming: OutboxContents, committed: EdgeRanges): number {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const own = readOutbox(dir);
  const lost = firstPassedOver(
    { raw: [...own.raw, ...incoming.raw], sealed: [...own.sealed, ...incoming.sealed] },
    committed,
  );
  if (lost !== null) {
    throw new Error(
      `clicks ${lost.firstSeq} to ${lost.lastSeq} of edge ${lost.edgeId} (${basename(lost.path)}) are older than others of that edge that wait here: start the server once, so that those are committed, stop it, and try again`,
    );
  }
  let rawNumber = own.raw.at(-1)?.number ?? 0;
  let sealedNumber = own.sealed.at(-1)?.number ?? 0;
  // Sealed batches first: a raw segment without them would be sealed anew.
  for (const file of incoming.sealed) copyPart(file.path, sealedPath(dir, ++sealedNumber), file.usedBytes);
  for (const file of incoming.raw) copyPart(file.path, rawPath(dir, ++rawNumber), file.usedBytes);
  return incoming.sealed.length + incoming.raw.length;
}

/**
 * The first raw segment of which a start would skip clicks that are nowhere else, or null.
 * @NOTE A start takes every seq of an edge up to the last sealed or committed one for done, and raw segments in their order.
 */
export function firstPassedOver({ raw, sealed }: OutboxContents, committed: EdgeRanges): RawFile | null {
  const safe = sealedSeqsIn(sealed);
  const done = new Map([...safe].map(([edgeId, seqs]) => [edgeId, seqs.last]));
  for (const file of raw) {
    const { edgeId, firstSeq, lastSeq } = file;
    const watermark = firstGapIn(rangesOf(committed, edgeId));
    const through = Math.max(done.get(edgeId) ?? 0, watermark);
    const known = new SeqRanges([...rangesOf(safe, edgeId), ...rangesOf(committed, edgeId)]);
    if (!known.covers(firstSeq, Math.min(lastSeq, through))) return file;
    addRange(safe, edgeId, firstSeq, lastSeq);
    done.set(edgeId, Math.max(through, lastSeq));
  }
  return null;
}

/** The last seq before the first gap, counted from 1. */
function firstGapIn(ranges: SeqRanges): number {
  for (const [first, last] of ranges) return first <= 1 ? last : 0;
  return 0;
}

/** Copies the first `bytes` of a file; the copy has its name only once it is whole and on the disk. */
export function copyPart(from: string, to: string, bytes: number): void {
  const partial = `${to}.partial`;
  const source = openSync(from, 'r');
  try {
    const target = openSync(partial, 'w', 0o600);
    try {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, bytes)));
      for (let done = 0; done < bytes; ) {
        const read = readSync(source, chunk, 0, Math.min(chunk.length, bytes - done), done);
        if (read === 0) throw new Error(`${from} became shorter while it was copied`);
        for (let written = 0; written < read; )
          written += writeSync(target, chunk, written, read - written, done + written);
        done += read;
      }
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
    renameSync(partial, to);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    closeSync(source);
  }
}
