import { expect, test } from 'bun:test';
import { inflateSync } from 'node:zlib';
import { create } from 'qrcode';
import { QrTooSmall, renderQr } from './qr.ts';

const TEXT = 'https://go.example.com/spring';

/** Pixels of a one-bit PNG, true for dark. */
function pixelsOf(png: Uint8Array): boolean[][] {
  const bytes = Buffer.from(png);
  const size = bytes.readUInt32BE(16);
  let packed = Buffer.alloc(0);
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') packed = bytes.subarray(at + 8, at + 8 + length);
    at += length + 12;
  }
  const lines = inflateSync(packed);
  const lineBytes = 1 + Math.ceil(size / 8);
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => (((lines[y * lineBytes + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1),
  );
}

test.each([
  [64, 0],
  [200, 4],
  [333, 7],
])('every module is where it belongs in a picture of %i pixels with margin %i', async (size, margin) => {
  const { body } = await renderQr(TEXT, { format: 'png', size, margin, ecc: 'Q' });
  const { modules } = create(TEXT, { errorCorrectionLevel: 'Q' });
  const count = modules.size + 2 * margin;
  const scale = Math.floor(size / count);
  const before = Math.floor((size - scale * count) / 2);
  const pixels = pixelsOf(body as Uint8Array);
  let dark = 0;
  for (const [y, line] of pixels.entries()) {
    for (const [x, isDark] of line.entries()) {
      const row = Math.floor((y - before) / scale) - margin;
      const column = Math.floor((x - before) / scale) - margin;
      const inside = row >= 0 && column >= 0 && row < modules.size && column < modules.size;
      expect(isDark).toBe(inside && modules.get(row, column) === 1);
      if (isDark) dark++;
    }
  }
  expect(dark).toBeGreaterThan(0);
});

test('a picture with fewer pixels than modules is refused with the size that would do', async () => {
  const error = await renderQr(TEXT, { format: 'png', size: 30 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(QrTooSmall);
  const { sizeMin } = error as QrTooSmall;
  expect((await renderQr(TEXT, { format: 'png', size: sizeMin })).contentType).toBe('image/png');
});
