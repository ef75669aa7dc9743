import { shortCount } from './format.ts';
import { pad } from './table.ts';

const BLOCKS = ' ▁▂▃▄▅▆▇█';
const STEPS = BLOCKS.length - 1;

/** One column of a chart. */
export interface Bar {
  label: string;
  value: number;
}

/**
 * Values over time as block characters, oldest first, with an axis and the first and last label.
 * Shape: at most `width` wide; where there are more bars than columns, neighbours are added up; fewer are widened.
 */
export function chart(bars: readonly Bar[], width: number, height = 6): string {
  const top = (values: readonly number[]) => Math.max(1, ...values);
  const axisWidth = Math.max(shortCount(top(bars.map(({ value }) => value) as number[])).length, 1) + 1;
  const room = Math.max(10, width - axisWidth - 3);
  const grouped = group(bars, room);
  const values = grouped.map(({ value }) => value);
  const max = top(values);
  const barWidth = Math.max(1, Math.min(4, Math.floor(room / Math.max(1, values.length))));
  const gap = barWidth > 1 ? 1 : 0;
  const rows: string[] = [];
  for (let row = height - 1; row >= 0; row--) {
    const axis = row === height - 1 ? shortCount(max) : '';
    const line = values.map((value) => {
      const filled = Math.round((value / max) * height * STEPS) - row * STEPS;
      // The least click is seen.
      const steps = row === 0 && value > 0 ? Math.max(1, filled) : filled;
      return (BLOCKS[Math.max(0, Math.min(STEPS, steps))] ?? ' ').repeat(barWidth - gap) + ' '.repeat(gap);
    });
    rows.push(`${pad(axis, axisWidth, 'right')} ${axis === '' ? '│' : '┤'}${line.join('').trimEnd()}`);
  }
  const drawn = values.length * barWidth - gap;
  rows.push(`${pad('0', axisWidth, 'right')} ┴${'─'.repeat(drawn)}`);
  const first = grouped[0]?.label ?? '';
  const last = grouped.at(-1)?.label ?? '';
  const indent = ' '.repeat(axisWidth + 2);
  const space = drawn - first.length - last.length;
  rows.push(indent + (space >= 1 ? first + ' '.repeat(space) + last : `${first} – ${last}`));
  return rows.join('\n');
}

/** A share as a horizontal bar. */
export function shareBar(share: number, width: number): string {
  const eighths = Math.max(share > 0 ? 1 : 0, Math.round(share * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '');
}

function group(bars: readonly Bar[], room: number): Bar[] {
  const size = Math.max(1, Math.ceil(bars.length / room));
  const grouped: Bar[] = [];
  for (let at = 0; at < bars.length; at += size) {
    const part = bars.slice(at, at + size);
    const label = at + size >= bars.length ? part.at(-1)?.label : part[0]?.label;
    grouped.push({ label: label ?? '', value: part.reduce((sum, bar) => sum + bar.value, 0) });
  }
  return grouped;
}
