import type { Database } from 'bun:sqlite';
import {
  type BlockColumn,
  type BlockTimes,
  type CodedValues,
  columnKey,
  decodeDistances,
  decodeTimes,
  decodeValues,
  type ValueName,
} from './click-columns.ts';

/** A row of click_blocks. */
export interface BlockInfo {
  firstId: number;
  lastId: number;
  block: number;
  rows: number;
  minAt: number;
  maxAt: number;
}

/** The last id that blocks go to; 0 where there are none. */
export function lastIdOfBlocks(sqlite: Database): number {
  const row = sqlite
    .query<{ id: number }, []>('SELECT last_id AS id FROM click_blocks ORDER BY first_id DESC LIMIT 1')
    .get();
  return row?.id ?? 0;
}

/**
 * Blocks that have ids of a range, in order, at most `limit`. Between them may be ids without rows.
 * @NOTE Every use of them belongs into the snapshot they were found in.
 */
export function blocksBetween(sqlite: Database, minId: number, maxId: number, limit: number): ClickBlock[] {
  const blocks = sqlite
    .query<BlockInfo, [number, number, number, number]>(
      `SELECT first_id AS firstId, last_id AS lastId, block, rows, min_at AS minAt, max_at AS maxAt FROM click_blocks
       WHERE first_id >= (SELECT ifnull(max(first_id), 0) FROM click_blocks WHERE first_id <= ?)
         AND first_id <= ? AND last_id >= ? ORDER BY first_id LIMIT ?`,
    )
    .all(minId, maxId, minId, limit);
  const gone = sqlite
    .query<unknown, [number, number]>('SELECT id FROM click_gone WHERE id BETWEEN ? AND ? ORDER BY id')
    .values(blocks[0]?.firstId ?? 0, blocks.at(-1)?.lastId ?? 0) as [number][];
  let next = 0;
  return blocks.map((info) => {
    const goneIds: number[] = [];
    for (let id = gone[next]?.[0]; id !== undefined && id <= info.lastId; id = gone[++next]?.[0]) {
      if (id >= info.firstId) goneIds.push(id);
    }
    return new ClickBlock(sqlite, info, goneIds);
  });
}

/** One block, its columns read when they are first asked for. `goneIds`: rows of it that are no longer there. */
export class ClickBlock {
  private readonly decoded = new Map<BlockColumn, CodedValues>();
  private decodedTimes: BlockTimes | undefined;

  constructor(
    private readonly sqlite: Database,
    readonly info: BlockInfo,
    readonly goneIds: readonly number[],
  ) {}

  values(column: ValueName | 'flags'): CodedValues {
    let values = this.decoded.get(column);
    if (!values) {
      values = decodeValues(column, this.read(column));
      this.decoded.set(column, values);
    }
    return values;
  }

  /** Times by row, as distances from `info.minAt`. */
  times(): BlockTimes {
    this.decodedTimes ??= decodeTimes(this.read('at'), this.info.rows);
    return this.decodedTimes;
  }

  /** Lets go of what has been read. */
  forget(): void {
    this.decoded.clear();
    this.decodedTimes = undefined;
  }

  /** The places of the rows that are gone. */
  goneRows(): Set<number> {
    const { firstId, lastId, rows } = this.info;
    if (rows === lastId - firstId + 1) return new Set(this.goneIds.map((id) => id - firstId));
    const ids = decodeDistances(this.read('id'), rows);
    return new Set(this.goneIds.map((id) => ids.indexOf(id - firstId)));
  }

  private read(column: BlockColumn): Uint8Array {
    const rows = this.sqlite
      .query<unknown, [number]>('SELECT data FROM click_columns WHERE id = ?')
      .values(columnKey(column, this.info.block)) as Uint8Array[][];
    const data = rows[0]?.[0];
    if (!data) throw new Error(`block ${this.info.block} of clicks has no column ${column}`);
    return data;
  }
}
