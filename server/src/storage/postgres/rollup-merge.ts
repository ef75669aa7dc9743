import type { Pool } from 'pg';
import { type Clock, HOUR_MS } from '../../platform/clock.ts';
import { int4s, int8s } from './binary-arrays.ts';
import { asAnswer } from './errors.ts';

/** Keys of one statement: some tens of milliseconds' work. */
const KEYS_AT_ONCE = 2000;
/** Rows of one statement, as far as they were counted; a single key may have more. */
const ROWS_AT_ONCE = 4000;
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
const NOT_NOTHING = COUNTS.map((count) => `sum(${count}) <> 0`).join(' OR ');

/** Rows of the same key within one table's period that become one, in that table or, from the arrays, in rollup_hour. */
interface Unit {
  table: 'rollup_hour_added' | 'rollup_hour' | 'rollup_15m';
  at: number;
  rowsMin: number;
}

interface Key {
  linkId: number;
  /** 0 where links are the keys. */
  valueId: number;
  rows: number;
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
      if (this.units.length === 0) this.units = await this.round();
      const [unit] = this.units;
      if (!unit) return false;
      if (this.keys.length === 0) this.keys = await this.findKeys(unit);
      const portion = this.keys.splice(0, portionOf(this.keys));
      if (portion.length === 0) this.units.shift();
      else if (unit.table === 'rollup_hour_added') await this.unpack(unit, portion);
      else await this.merge(unit, portion);
      return this.units.length > 0;
    } catch (error) {
      this.units = [];
      this.keys = [];
      throw asAnswer(error);
    }
  }

  private async round(): Promise<Unit[]> {
    const open = Math.floor(this.now() / HOUR_MS);
    const closed = Math.floor((this.now() - CLOSED_AFTER_MS) / HOUR_MS);
    const before = this.closedBefore ?? closed - HOURS_BACK;
    // Late clicks bring arrays into hours of any age.
    const units = (await this.addedHours(closed)).filter((hour) => hour < before).map((hour) => unpacked(hour, 1));
    for (let hour = before; hour < closed; hour++) units.push(unpacked(hour, 1), ...unitsOf(hour, 2));
    for (let hour = closed; hour <= open; hour++)
      units.push(unpacked(hour, ROWS_WHILE_OPEN), ...unitsOf(hour, ROWS_WHILE_OPEN));
    this.closedBefore = closed;
    return units;
  }

  /** Hours that have arrays, before another. */
  private async addedHours(before: number): Promise<number[]> {
    const { rows } = await this.pool.query<{ hour: number }>(
      `WITH RECURSIVE hours AS (
         SELECT min(hour) AS hour FROM rollup_hour_added
         UNION ALL SELECT (SELECT min(hour) FROM rollup_hour_added a WHERE a.hour > h.hour) FROM hours h WHERE h.hour < $1)
       SELECT hour FROM hours WHERE hour < $1`,
      [before],
    );
    return rows.map(({ hour }) => hour);
  }

  private async findKeys({ table, at, rowsMin }: Unit): Promise<Key[]> {
    const value = table === 'rollup_hour' ? 'value_id' : '0::int8';
    // Rows of one value that count different quarters stay apart.
    const quarter = table === 'rollup_hour' ? ', quarter' : '';
    const { rows } = await this.pool.query<[linkId: number, valueId: number, rows: number]>({
      text: `SELECT link_id, value, sum(n)::int8 FROM (
           SELECT link_id, ${value} AS value, count(*) AS n FROM ${table} WHERE ${periodOf(table)} = $1
           GROUP BY 1, 2 ${quarter} HAVING count(*) >= $2) AS keys GROUP BY 1, 2 LIMIT ${KEYS_MAX}`,
      values: [at, rowsMin],
      rowMode: 'array',
    });
    return rows
      .map(([linkId, valueId, n]) => ({ linkId, valueId, rows: n }))
      .sort((a, b) => a.linkId - b.linkId || a.valueId - b.valueId);
  }

  /** Moves the arrays of links to rollup_hour, one row for each value and quarter. */
  private async unpack({ at }: Unit, keys: readonly Key[]): Promise<void> {
    await this.pool.query(
      `WITH gone AS (DELETE FROM rollup_hour_added WHERE hour = $1 AND link_id = ANY ($2::int4[]) RETURNING *)
       INSERT INTO rollup_hour (hour, link_id, value_id, quarter, ${COUNTS.join(', ')})
       SELECT $1::int4, link_id, v.value_id, quarter, ${COUNTS.map((count) => `sum(v.${count})::int8`).join(', ')}
       FROM gone CROSS JOIN LATERAL unnest(value_ids, ${COUNTS.map((count) => `gone.${count}`).join(', ')})
         AS v (value_id, ${COUNTS.join(', ')})
       GROUP BY link_id, v.value_id, quarter ORDER BY link_id, v.value_id, quarter`,
      [at, int4s(keys.map(({ linkId }) => linkId))],
    );
  }

  private async merge({ table, at }: Unit, keys: readonly Key[]): Promise<void> {
    const hours = table === 'rollup_hour';
    const key = hours ? 'hour, link_id, value_id, quarter' : 'link_id, slot';
    await this.pool.query(
      `WITH key AS MATERIALIZED (SELECT * FROM unnest($2::int4[], $3::int8[]) AS key (link_id, value_id)),
         gone AS (DELETE FROM ${table} r USING key
           WHERE r.${periodOf(table)} = $1 AND r.link_id = key.link_id ${hours ? 'AND r.value_id = key.value_id' : ''} RETURNING r.*)
       INSERT INTO ${table} (${key}, ${COUNTS.join(', ')}) SELECT ${key}, ${SUMS} FROM gone GROUP BY ${key}
       HAVING ${NOT_NOTHING}`,
      [at, int4s(keys.map(({ linkId }) => linkId)), int8s(keys.map(({ valueId }) => valueId))],
    );
  }
}

const periodOf = (table: Unit['table']) => (table === 'rollup_15m' ? 'slot' : 'hour');
const unpacked = (hour: number, rowsMin: number): Unit => ({ table: 'rollup_hour_added', at: hour, rowsMin });

/** What is merged of one hour, once its arrays are unpacked. */
function unitsOf(hour: number, rowsMin: number): Unit[] {
  const slots = [0, 1, 2, 3].map((n): Unit => ({ table: 'rollup_15m', at: hour * 4 + n, rowsMin }));
  return [{ table: 'rollup_hour', at: hour, rowsMin }, ...slots];
}

/** How many of the first keys make one statement. */
function portionOf(keys: readonly Key[]): number {
  let [count, rows] = [0, 0];
  for (const key of keys) {
    rows += key.rows;
    if (count > 0 && (rows > ROWS_AT_ONCE || count === KEYS_AT_ONCE)) break;
    count++;
  }
  return count;
}
