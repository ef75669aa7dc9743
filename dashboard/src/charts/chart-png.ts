import { themeColour } from './theme-colour.ts';
import type { Buckets } from './time-series.ts';

const PAD_PX = 16;
const HEAD_PX = 56;
const FAMILY = 'ui-sans-serif, system-ui, sans-serif';

/** A picture of a drawn chart with a title and what its lines are, in the colours of the theme; null where no picture can be made. */
export function chartPng(canvas: HTMLCanvasElement, title: string, { main, compare }: Buckets): Promise<Blob | null> {
  const scale = devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = canvas.width + 2 * PAD_PX * scale;
  picture.height = canvas.height + (HEAD_PX + PAD_PX) * scale;
  const ink = picture.getContext('2d');
  if (ink === null) return Promise.resolve(null);
  ink.fillStyle = themeColour('--surface');
  ink.fillRect(0, 0, picture.width, picture.height);
  ink.drawImage(canvas, PAD_PX * scale, HEAD_PX * scale);
  ink.scale(scale, scale);
  ink.fillStyle = themeColour('--text');
  ink.font = `600 14px ${FAMILY}`;
  ink.fillText(title, PAD_PX, 24);
  ink.font = `12px ${FAMILY}`;
  let left = PAD_PX;
  for (const [series, colour] of [[main, '--chart-1'] as const, [compare, '--chart-2'] as const]) {
    if (series === undefined) continue;
    ink.fillStyle = themeColour(colour);
    ink.fillRect(left, 37, 14, 3);
    ink.fillStyle = themeColour('--muted');
    ink.fillText(series.name, left + 20, 43);
    left += 20 + ink.measureText(series.name).width + 20;
  }
  return new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
}
