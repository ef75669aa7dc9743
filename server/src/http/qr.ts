import { create } from 'qrcode';
import { encodePng } from './qr-png.ts';

/** A colour of a QR code, #rrggbb; or nothing painted at all. */
export type QrColor = string;

export interface QrOptions {
  format: 'png' | 'svg';
  /** Width and height in pixels. @default 512 */
  size?: number;
  /** Blank modules around the code; readers rely on four. @default 4 */
  margin?: number;
  /** Share of damage that a reader makes up for: 7, 15, 25 or 30 percent. @default 'M' */
  ecc?: 'L' | 'M' | 'Q' | 'H';
  /** #rrggbb @default '#000000' */
  dark?: QrColor;
  /** #rrggbb or transparent @default '#ffffff' */
  light?: QrColor | 'transparent';
}

export interface QrImage {
  contentType: string;
  body: Uint8Array<ArrayBuffer> | string;
}

/** Modules of a code, margin included: `isDark` by row and column. */
export interface QrModules {
  count: number;
  isDark(row: number, column: number): boolean;
}

/** A code that has more modules than the picture has pixels. `sizeMin` would do. */
export class QrTooSmall extends Error {
  constructor(readonly sizeMin: number) {
    super(`a QR code of this text takes at least ${sizeMin} pixels`);
  }
}

/**
 * A QR code of a short text. Modules are whole pixels; what is left over of the size is margin.
 * Errors: QrTooSmall.
 */
export async function renderQr(text: string, options: QrOptions): Promise<QrImage> {
  const { format, size = 512, margin = 4, ecc = 'M', dark = '#000000', light = '#ffffff' } = options;
  const modules = modulesOf(text, ecc, margin);
  if (modules.count > size) throw new QrTooSmall(modules.count);
  if (format === 'svg') return { contentType: 'image/svg+xml', body: svg(modules, { size, dark, light }) };
  return { contentType: 'image/png', body: await encodePng(modules, { size, dark, light }) };
}

function modulesOf(text: string, errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H', margin: number): QrModules {
  const { size, data } = create(text, { errorCorrectionLevel }).modules;
  return {
    count: size + 2 * margin,
    isDark(row, column) {
      const [y, x] = [row - margin, column - margin];
      return x >= 0 && y >= 0 && x < size && y < size && data[y * size + x] === 1;
    },
  };
}

/** One path of horizontal runs: as sharp at any size. */
function svg(modules: QrModules, { size, dark, light }: { size: number; dark: string; light: string }): string {
  const { count } = modules;
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const start = column;
      while (column < count && modules.isDark(row, column)) column++;
      if (column > start) path += `M${start} ${row}h${column - start}v1h-${column - start}z`;
    }
  }
  const ground = light === 'transparent' ? '' : `<path fill="${light}" d="M0 0h${count}v${count}H0z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${count} ${count}" shape-rendering="crispEdges">${ground}<path fill="${dark}" d="${path}"/></svg>\n`;
}
