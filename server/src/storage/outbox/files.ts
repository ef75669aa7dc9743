import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { HEADER_BYTES, readHeader, type SegmentHeader } from './segment-format.ts';

/** Size of a raw segment. At 100,000 clicks a second one lasts about a third of a second. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;

const RAW = /^raw-(\d{12})\.seg$/;
const SPARE = /^spare-.*\.seg$/;
const SEALED = /^sealed-(\d{12})\.log$/;

export interface NumberedFile {
  number: number;
  path: string;
}

function numbered(dir: string, pattern: RegExp): NumberedFile[] {
  const files: NumberedFile[] = [];
  for (const name of readdirSync(dir)) {
    const number = pattern.exec(name)?.[1];
    if (number !== undefined) files.push({ number: Number(number), path: join(dir, name) });
  }
  return files.sort((a, b) => a.number - b.number);
}

const padded = (number: number) => String(number).padStart(12, '0');

export const rawSegments = (dir: string): NumberedFile[] => numbered(dir, RAW);
export const sealedLogs = (dir: string): NumberedFile[] => numbered(dir, SEALED);
export const rawPath = (dir: string, number: number): string => join(dir, `raw-${padded(number)}.seg`);
export const sealedPath = (dir: string, number: number): string => join(dir, `sealed-${padded(number)}.log`);
export const sparePath = (dir: string, name: string): string => join(dir, `spare-${name}.seg`);
export const spareSegments = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => SPARE.test(name))
    .map((name) => join(dir, name));

const ZEROS = Buffer.alloc(1024 * 1024);

/**
 * Makes a file of `bytes` zeros whose blocks are really taken, so that writing to its mapping later cannot run out of space.
 * Errors: throws (ENOSPC above all); the caller removes the file.
 */
export function allocate(path: string, bytes: number): void {
  const fd = openSync(path, 'w', 0o600);
  try {
    for (let written = 0; written < bytes; ) {
      written += writeSync(fd, ZEROS, 0, Math.min(ZEROS.length, bytes - written), written);
    }
  } finally {
    closeSync(fd);
  }
}

export function segmentHeaderOf(path: string): SegmentHeader | null {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return readSync(fd, bytes, 0, HEADER_BYTES, 0) === HEADER_BYTES ? readHeader(bytes) : null;
  } finally {
    closeSync(fd);
  }
}

/** Bytes of all files in the outbox directory. */
export function directoryBytes(dir: string): number {
  let bytes = 0;
  for (const name of readdirSync(dir)) bytes += statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}
