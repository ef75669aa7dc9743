import { plain, type Style } from './style.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Gives way where the terminal is too narrow; the last of these gives first. */
  flexible?: boolean;
}

const GAP = 2;
const FLEXIBLE_MIN = 8;

/**
 * Rows under their headings, fitted into `columns` characters. Cells are shown without control characters.
 * Shape: flexible columns are cut with …; without any, a table may be wider than the terminal.
 */
export function table(columns: readonly Column[], rows: readonly string[][], width: number, style: Style): string {
  const cells = rows.map((row) => row.map(plain));
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at] ?? ''))),
  );
  let excess = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width;
  for (const at of columns.map((_, index) => index).reverse()) {
    const own = widths[at] ?? 0;
    if (excess <= 0 || !columns[at]?.flexible) continue;
    const less = Math.min(excess, Math.max(0, own - FLEXIBLE_MIN));
    widths[at] = own - less;
    excess -= less;
  }
  const line = (row: readonly string[]) =>
    columns
      .map(({ align }, at) => pad(cut(row[at] ?? '', widths[at] ?? 0), widths[at] ?? 0, align ?? 'left'))
      .join(' '.repeat(GAP))
      .trimEnd();
  const heading = style('dim', line(columns.map(({ title }) => title)));
  return [heading, ...cells.map(line)].join('\n');
}

/** Names and values beneath each other. */
export function card(entries: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${style('dim', name.padEnd(width))}  ${plain(value)}`).join('\n');
}

/** Cut to a width in characters of the terminal. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(kept) + widthOf(segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + space : space + text;
}

function widthOf(text: string): number {
  return Bun.stringWidth(text);
}
