import type { Pool } from 'pg';
import { type Clock, HOUR_MS } from '../../platform/clock.ts';
import { int4s, int8s } from './binary-arrays.ts';
import { asAnswer } from './errors.ts';

/** Keys of one statement: some tens of milliseconds' work. */
const KEYS_AT_ONCE = 2000;
/** Keys that are held in memory. */
const KEYS_MAX = 50_000;
/** Rows of a key that are worth merging while more are to be expected: each row is then rewritten a few times at most. */
const ROWS_WHILE_OPEN = 16;
/** Closed hours that a fresh start looks at again. */
const HOURS_BACK = 48;
/** How long after its end an hour counts as closed. */
const CLOSED_AFTER_MS = HOUR_MS / 6;

const COUNTS = ['clicks', 'visitors', 'human_clicks', 'human_visitors'] as const;
const SUMS = COUNTS.map((count) => `sum(${count})::int8`).join(', ');

/** A merge of rows of the same key within one table's period. */
interface Unit {
  table: 'rollup_15m' | 'rollup_hour';
  period: 'slot' | 'hour';
  at: number;
  rowsMin: number;
}

interface Key {
  linkId: number;
  valueId: number;
}

/**
 * Merges rollup rows that have the same key. Each statement takes rows out and puts their sum in, so whoever reads sees one
 * or the other, and what others add meanwhile stays beside it.
 * The hour under way is merged where a key has many rows; closed hours once, to one row for each key.
 */
export class RollupMerge {
  private closedBefore: number | null = null;
  private units: Unit[] = [];
  private keys: Key[] = [];

  constructor(
    private readonly pool: Pool,
    private readonly now: Clock,
  ) {}

  /** Merges one portion. Returns whether there are more in this round; after false a new round begins. */
  async mergeSome(): Promise<boolean> {
    try {
      if (this.units.length === 0) this.units = this.round();
      const [unit] = this.units;
      if (!unit) return false;
      if (this.keys.length === 0) this.keys = await this.findKeys(unit);
      const portion = this.keys.splice(0, KEYS_AT_ONCE);
      if (portion.length > 0) await this.merge(unit, portion);
      else this.units.shift();
      return this.units.length > 0;
    } catch (error) {
      this.units = [];
      this.keys = [];
      throw asAnswer(error);
    }
  }

  private round(): Unit[] {
    const open = Math.floor(this.now() / HOUR_MS);
    const closed = Math.floor((this.now() - CLOSED_AFTER_MS) / HOUR_MS);
    const units: Unit[] = [];
    for (let hour = this.closedBefore ?? closed - HOURS_BACK; hour < closed; hour++) units.push(...unitsOf(hour, 2));
    this.closedBefore = closed;
    for (let hour = closed; hour <= open; hour++) units.push(...unitsOf(hour, ROWS_WHILE_OPEN));
    return units;
  }

  private async findKeys({ table, period, at, rowsMin }: Unit): Promise<Key[]> {
    const isHour = table === 'rollup_hour';
    const value = isHour ? 'value_id' : '0::int8';
    // Rows of one key that count different quarters stay apart.
    const key = isHour ? '1, 2, quarter' : '1, 2';
    const { rows } = await this.pool.query<[linkId: number, valueId: number]>({
      text: `SELECT DISTINCT link_id, value FROM (SELECT link_id, ${value} AS value FROM ${table} WHERE ${period} = $1
          GROUP BY ${key} HAVING count(*) >= $2) AS keys LIMIT ${KEYS_MAX}`,
      values: [at, rowsMin],
      rowMode: 'array',
    });
    return rows
      .map(([linkId, valueId]) => ({ linkId, valueId }))
      .sort((a, b) => a.linkId - b.linkId || a.valueId - b.valueId);
  }

  private async merge({ table, period, at }: Unit, keys: readonly Key[]): Promise<void> {
    const hours = table === 'rollup_hour';
    const key = hours ? 'hour, link_id, value_id, quarter' : 'link_id, slot';
    await this.pool.query(
      `WITH key AS MATERIALIZED (SELECT * FROM unnest($2::int4[], $3::int8[]) AS key (link_id, value_id)),
         gone AS (DELETE FROM ${table} r USING key
           WHERE r.${period} = $1 AND r.link_id = key.link_id ${hours ? 'AND r.value_id = key.value_id' : ''} RETURNING r.*)
       INSERT INTO ${table} (${key}, ${COUNTS.join(', ')}) SELECT ${key}, ${SUMS} FROM gone GROUP BY ${key}
       HAVING ${COUNTS.map((count) => `sum(${count}) <> 0`).join(' OR ')}`,
      [at, int4s(keys.map(({ linkId }) => linkId)), int8s(keys.map(({ valueId }) => valueId))],
    );
  }
}

function unitsOf(hour: number, rowsMin: number): Unit[] {
  const slots = [0, 1, 2, 3].map((n): Unit => ({ table: 'rollup_15m', period: 'slot', at: hour * 4 + n, rowsMin }));
  return [{ table: 'rollup_hour', period: 'hour', at: hour, rowsMin }, ...slots];
}
