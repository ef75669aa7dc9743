/** What a cell holds; null is an empty one. */
export type Cell = string | number | boolean | null;

/** A table as text: the heading first. */
export type Rows = readonly (readonly Cell[])[];

/**
 * CSV of RFC 4180. A text that a spreadsheet would run as a formula gets a leading apostrophe.
 * Source: server/src/http/row-stream.ts does the same for exports.
 */
export function toCsv(rows: Rows): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  const text = safe(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With tabs between cells, as spreadsheets take it from the clipboard. */
export function toTabs(rows: Rows): string {
  return rows.map((row) => row.map((cell) => safe(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}

function safe(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
}
