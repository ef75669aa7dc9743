import type { LinkCreate } from '@waymark/contract/v1/links';
import type { ImportRow } from './import-file.ts';

const ROWS_MAX = 500;
/** Below the 1 MiB that a body may have. */
const BYTES_MAX = 900_000;

export interface Chunk {
  index: number;
  /** Rows with a link, to be sent. */
  send: { row: number; link: LinkCreate }[];
  /** Rows that this program refused itself. */
  refused: { row: number; problem: string }[];
  /** Number of the last row. */
  lastRow: number;
}

/** Cuts rows into requests. Shape: the same file gives the same chunks, so an import can go on where it stopped. */
export function chunksOf(rows: readonly ImportRow[]): Chunk[] {
  const chunks: Chunk[] = [];
  let current: Chunk | null = null;
  let bytes = 0;
  for (const row of rows) {
    const size = 'link' in row ? Buffer.byteLength(JSON.stringify(row.link)) + 1 : 0;
    const count = current === null ? 0 : current.send.length + current.refused.length;
    if (current === null || count >= ROWS_MAX || (bytes + size > BYTES_MAX && count > 0)) {
      current = { index: chunks.length, send: [], refused: [], lastRow: 0 };
      chunks.push(current);
      bytes = 0;
    }
    bytes += size;
    current.lastRow = row.row;
    if ('link' in row) current.send.push({ row: row.row, link: row.link });
    else current.refused.push({ row: row.row, problem: row.problem });
  }
  return chunks;
}
