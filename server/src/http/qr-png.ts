import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import type { QrModules } from './qr.ts';

const deflateAsync = promisify(deflate);
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Places in the palette. */
const LIGHT = 0;
const DARK = 1;

interface Look {
  /** Pixels, at least one for each module. */
  size: number;
  dark: string;
  light: string;
}

/**
 * Modules as a PNG of one bit a pixel; packed on the thread pool, so that even the largest costs the caller about a
 * millisecond.  Source: PNG, third edition.
 */
export async function encodePng(modules: QrModules, look: Look): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = look;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 1; // bits a pixel
  header[9] = 3; // indexed colour
  const palette = Buffer.concat([rgb(look.light === 'transparent' ? '#ffffff' : look.light), rgb(look.dark)]);
  const chunks = [
    chunk('IHDR', header),
    chunk('PLTE', palette),
    ...(look.light === 'transparent' ? [chunk('tRNS', Buffer.from([0, 255]))] : []),
    chunk('IDAT', await deflateAsync(pixels(modules, size))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat([SIGNATURE, ...chunks]));
}

/** Scan lines, each with its filter byte: one for each row of modules, repeated over its height. */
function pixels(modules: QrModules, size: number): Buffer {
  const scale = Math.floor(size / modules.count);
  const before = Math.floor((size - scale * modules.count) / 2);
  const lineBytes = 1 + Math.ceil(size / 8);
  const lines = Buffer.alloc(lineBytes * size, LIGHT);
  for (let row = 0; row < modules.count; row++) {
    const first = (before + row * scale) * lineBytes;
    const line = lines.subarray(first, first + lineBytes);
    for (let column = 0; column < modules.count; column++) {
      if (!modules.isDark(row, column)) continue;
      const start = before + column * scale;
      for (let x = start; x < start + scale; x++)
        line[1 + (x >> 3)] = (line[1 + (x >> 3)] ?? 0) | (DARK << (7 - (x & 7)));
    }
    for (let copy = 1; copy < scale; copy++) line.copy(lines, first + copy * lineBytes);
  }
  return lines;
}

function rgb(color: string): Buffer {
  return Buffer.from(color.slice(1, 7), 'hex');
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(content.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
