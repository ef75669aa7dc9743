import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';

/** POSIX ustar, plain files alone: what `tar -xf` reads. Sizes of 8 GiB and more are in base 256, as GNU tar writes them. */
const BLOCK = 512;
const CHUNK_BYTES = 1024 * 1024;
const OCTAL_SIZE_MAX = 0o77777777777;
const NAME_LENGTH_MAX = 99;

/** A file in an archive. Units: `size` in bytes. */
export interface TarEntry {
  name: string;
  size: number;
  sha256: string;
}

/** Writes an archive from front to end. */
export class TarWriter {
  private readonly fd: number;
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  /** Errors: throws when `path` is there already. */
  constructor(path: string) {
    this.fd = openSync(path, 'wx', 0o600);
  }

  /** Units: `modifiedAt` in epoch ms. Errors: throws when the file is shorter than `size` or the disk is full. */
  addFile(name: string, from: string, size: number, modifiedAt: number): TarEntry {
    const hash = createHash('sha256');
    this.write(header(name, size, modifiedAt));
    const source = openSync(from, 'r');
    try {
      for (let done = 0; done < size; ) {
        const read = readSync(source, this.chunk, 0, Math.min(CHUNK_BYTES, size - done), done);
        if (read === 0) throw new Error(`${from} has fewer than ${size} bytes`);
        const part = this.chunk.subarray(0, read);
        hash.update(part);
        this.write(part);
        done += read;
      }
    } finally {
      closeSync(source);
    }
    this.pad(size);
    return { name, size, sha256: hash.digest('hex') };
  }

  addText(name: string, text: string, modifiedAt: number): void {
    const bytes = Buffer.from(text);
    this.write(header(name, bytes.length, modifiedAt));
    this.write(bytes);
    this.pad(bytes.length);
  }

  /** Ends the archive and brings it to the disk. */
  finish(): void {
    this.write(Buffer.alloc(2 * BLOCK));
    fsyncSync(this.fd);
    this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }

  private closed = false;

  private pad(size: number): void {
    const rest = size % BLOCK;
    if (rest > 0) this.write(Buffer.alloc(BLOCK - rest));
  }

  private write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done, bytes.length - done);
  }
}

/**
 * Reads an archive from front to end. `open` gives the path to write a file to, or null to pass over it.
 * Errors: throws for what is no such archive, and for one that is cut.
 */
export function extractTar(path: string, open: (name: string, size: number) => string | null): TarEntry[] {
  const entries: TarEntry[] = [];
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(BLOCK);
    for (let offset = 0; ; ) {
      if (readSync(fd, head, 0, BLOCK, offset) !== BLOCK) throw new Error(`${path} is cut`);
      if (head.every((byte) => byte === 0)) return entries;
      const { name, size } = readHead(head, path);
      offset += BLOCK;
      entries.push({ name, size, sha256: copyOut(fd, offset, size, open(name, size), path) });
      offset += Math.ceil(size / BLOCK) * BLOCK;
    }
  } finally {
    closeSync(fd);
  }
}

function copyOut(fd: number, offset: number, size: number, to: string | null, path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, size)));
  const target = to === null ? null : openSync(to, 'wx', 0o600);
  try {
    for (let done = 0; done < size; ) {
      const read = readSync(fd, chunk, 0, Math.min(chunk.length, size - done), offset + done);
      if (read === 0) throw new Error(`${path} is cut`);
      hash.update(chunk.subarray(0, read));
      for (let written = 0; target !== null && written < read; )
        written += writeSync(target, chunk, written, read - written);
      done += read;
    }
    if (target !== null) fsyncSync(target);
  } finally {
    if (target !== null) closeSync(target);
  }
  return hash.digest('hex');
}

function header(name: string, size: number, modifiedAt: number): Buffer {
  if (Buffer.byteLength(name) > NAME_LENGTH_MAX) throw new Error(`${name} is too long for an archive`);
  const head = Buffer.alloc(BLOCK);
  head.write(name, 0);
  head.write('0000600\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  if (size <= OCTAL_SIZE_MAX) head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    head[124] = 0x80;
    head.writeBigUInt64BE(BigInt(size), 128);
  }
  head.write(
    `${Math.floor(modifiedAt / 1000)
      .toString(8)
      .padStart(11, '0')}\0`,
    136,
  );
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  head.write(`${checksum(head).toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

function readHead(head: Buffer, path: string): { name: string; size: number } {
  const text = (from: number, length: number) => {
    const field = head.toString('utf8', from, from + length);
    const end = field.indexOf('\0');
    return end === -1 ? field : field.slice(0, end);
  };
  const isSound = text(257, 5) === 'ustar' && Number.parseInt(text(148, 8), 8) === checksum(head);
  if (!isSound) throw new Error(`${path} is not a tar archive, or is damaged`);
  const size = (head[124] ?? 0) & 0x80 ? Number(head.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  return { name: text(0, 100), size };
}

/** Sum of all bytes, those of the checksum's own field taken for blanks. */
function checksum(head: Buffer): number {
  let sum = 0;
  for (const [at, byte] of head.entries()) sum += at >= 148 && at < 156 ? 32 : byte;
  return sum;
}
