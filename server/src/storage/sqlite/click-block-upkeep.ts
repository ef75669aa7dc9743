import type { Database } from 'bun:sqlite';
import { DIMENSIONS } from '@waymark/contract';
import {
  BLOCK_ROWS,
  columnKey,
  encodeDistances,
  encodeTimes,
  encodeValues,
  HUMAN_FLAG,
  VALUE_NAMES,
} from './click-columns.ts';

/** Milliseconds after which a slice stops; a block takes about 5. */
const SLICE_MS = 8;
/** A block that has lost this share of its rows is written anew. */
const GONE_SHARE_MAX = 0.25;

const NAMES = ['id', 'at', 'first_seen', ...VALUE_NAMES];
const DERIVED = ['at', 'flags', 'id'] as const;
type Row = number[];

/**
 * Copies rows of clicks into blocks of columns, and keeps blocks true to the rows that are left. In slices, each in the
 * transaction that the write queue has open around it.
 * Rule: every id up to that of the last block is either of a row in a block, or of no row. So a reader takes blocks as
 * far as they go, less what click_gone names, and rows beyond. Ids of clicks ascend in the order of commits, so nothing is
 * ever added below.
 */
export class ClickBlockUpkeep {
  private tidyAfter = 0;

  constructor(
    private readonly sqlite: Database,
    private readonly options: { blockRows?: number; sliceMs?: number } = {},
  ) {}

  /** Makes blocks of all rows that fill one. Returns whether more is left. */
  async copyRows(): Promise<boolean> {
    return this.slice(() => this.copyBlock());
  }

  /** Writes blocks anew that have lost many rows, and drops those that have lost all. Returns whether more is left. */
  async tidyBlocks(): Promise<boolean> {
    return this.slice(() => this.tidyBlock());
  }

  private slice(step: () => boolean): boolean {
    const end = performance.now() + (this.options.sliceMs ?? SLICE_MS);
    while (step()) if (performance.now() >= end) return true;
    return false;
  }

  private copyBlock(): boolean {
    const last = this.sqlite
      .query<{ last_id: number; block: number }, []>(
        'SELECT last_id, block FROM click_blocks ORDER BY first_id DESC LIMIT 1',
      )
      .get() ?? { last_id: 0, block: 0 };
    const firstId = last.last_id + 1;
    const size = this.options.blockRows ?? BLOCK_ROWS;
    // Whether there are enough is cheaper to ask than to read them in vain.
    const end = this.sqlite
      .query<{ id: number }, [number, number]>('SELECT id FROM clicks WHERE id >= ? ORDER BY id LIMIT 1 OFFSET ?')
      .get(firstId, size - 1);
    if (!end) return false;
    this.write(last.block + 1, firstId, end.id);
    return true;
  }

  private tidyBlock(): boolean {
    const gone = this.sqlite
      .query<{ id: number }, [number]>('SELECT id FROM click_gone WHERE id > ? ORDER BY id LIMIT 1')
      .get(this.tidyAfter);
    if (!gone) {
      this.tidyAfter = 0;
      return false;
    }
    const block = this.sqlite
      .query<{ first_id: number; last_id: number; block: number; rows: number }, [number]>(
        'SELECT first_id, last_id, block, rows FROM click_blocks WHERE first_id <= ? ORDER BY first_id DESC LIMIT 1',
      )
      .get(gone.id);
    if (!block || block.last_id < gone.id) {
      this.forgetGone(gone.id, gone.id);
      return true;
    }
    this.tidyAfter = block.last_id;
    const lost =
      this.sqlite
        .query<{ n: number }, [number, number]>('SELECT count(*) AS n FROM click_gone WHERE id BETWEEN ? AND ?')
        .get(block.first_id, block.last_id)?.n ?? 0;
    if (lost > block.rows * GONE_SHARE_MAX) this.write(block.block, block.first_id, block.last_id);
    return true;
  }

  /** Writes all rows there are from one id to another as a block; no row leaves no block. */
  private write(block: number, firstId: number, lastId: number): void {
    const { sqlite } = this;
    const rows = sqlite
      .query<unknown, [number, number]>(`SELECT ${NAMES.join(', ')} FROM clicks WHERE id BETWEEN ? AND ? ORDER BY id`)
      .values(firstId, lastId) as Row[];
    this.forgetGone(firstId, lastId);
    sqlite.query<null, [number]>('DELETE FROM click_blocks WHERE first_id = ?').run(firstId);
    const remove = sqlite.query<null, [number]>('DELETE FROM click_columns WHERE id = ?');
    const put = sqlite.query<null, [number, Uint8Array]>('REPLACE INTO click_columns (id, data) VALUES (?, ?)');
    if (rows.length === 0) {
      for (const name of [...VALUE_NAMES, ...DERIVED]) remove.run(columnKey(name, block));
      return;
    }
    const [ids = [], times = [], firstSeen = [], ...columns] = NAMES.map((_, n) => rows.map((row) => row[n] ?? 0));
    const minAt = least(times);
    put.run(columnKey('at', block), encodeTimes(times, minAt));
    VALUE_NAMES.forEach((name, n) => {
      put.run(columnKey(name, block), encodeValues(name, columns[n] ?? []));
    });
    const quality = columns[VALUE_NAMES.indexOf('quality')] ?? [];
    const human = this.humanId();
    const flags = firstSeen.map((seen, n) => seen + (quality[n] === human ? HUMAN_FLAG : 0));
    put.run(columnKey('flags', block), encodeValues('flags', flags));
    if (rows.length === lastId - firstId + 1) remove.run(columnKey('id', block));
    else put.run(columnKey('id', block), encodeDistances(ids, firstId));
    sqlite
      .query<null, number[]>(
        'INSERT INTO click_blocks (first_id, last_id, block, rows, min_at, max_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(firstId, lastId, block, rows.length, minAt, -least(times.map((at) => -at)));
  }

  private humanId(): number {
    const row = this.sqlite
      .query<{ id: number }, [number]>(`SELECT id FROM dimension_values WHERE dimension = ? AND value = 'human'`)
      .get(DIMENSIONS.quality);
    return row?.id ?? -1;
  }

  private forgetGone(firstId: number, lastId: number): void {
    this.sqlite.query<null, [number, number]>('DELETE FROM click_gone WHERE id BETWEEN ? AND ?').run(firstId, lastId);
  }
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => (b < a ? b : a), Number.POSITIVE_INFINITY);
}
