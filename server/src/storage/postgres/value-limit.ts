import { DIMENSIONS, LIMITS } from '@waymark/contract';
import type { PoolClient } from 'pg';
import { child } from '../../clicks/batch-additions.ts';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { int4s } from './binary-arrays.ts';

/** Link-days that are counted in memory, in two generations. */
const DAYS_TRACKED_MAX = 65_536;
/** Clicks of a link and day that are counted before the database is asked for those of others. */
const CLICKS_UNASKED = 50;
/** First value id that is a client's: links as values are ours and have no limit. */
const FIRST_VALUE = (DIMENSIONS.link + 1) * VALUE_SPAN;

interface LinkDay {
  /** Clicks of that day, as far as known. */
  clicks: number;
  /** Whether those counted by others are among them. */
  asked: boolean;
  /** Values by dimension; null while the link has had too few clicks for the limit to matter. */
  values: Map<number, Set<number>> | null;
}

type LinkDays = Map<number, Map<number, LinkDay>>;

/** Clicks of one link and day in a group. */
export interface DayClicks {
  day: number;
  linkId: number;
  clicks: number;
}

/** Which values of a group have rows of their own. */
export interface GroupLimit {
  /** Whether the value still has a row of its own, which it takes by asking. */
  allows(day: number, linkId: number, valueId: number): boolean;
}

/**
 * Holds each link, dimension and day to LIMITS.dimensionValuesPerDayMax values, as one worker sees them: it asks what is stored
 * once a link is busy that day, and counts its own clicks from then on. A link with fewer clicks can't have more values.
 * @NOTE What workers meet at the same time is known to each of them alone. So the bound is the limit for each worker that
 * counts the link that day, and CLICKS_UNASKED for each that starts to.
 */
export class ValueLimit {
  private young: LinkDays = new Map();
  private old: LinkDays = new Map();
  private youngSize = 0;

  /** Counts the clicks of a group, before any of it is added. Errors: those of the database. */
  async count(client: PoolClient, group: readonly DayClicks[]): Promise<GroupLimit> {
    const days = group.map(({ day, linkId, clicks }) => {
      const known = this.tracked(day, linkId);
      known.clicks += clicks;
      return { day, linkId, known };
    });
    const unasked = days.filter(({ known }) => !known.asked && known.clicks > CLICKS_UNASKED);
    if (unasked.length > 0) {
      const stored = await readClicks(client, unasked);
      for (const [n, { known }] of unasked.entries()) {
        known.clicks += stored[n] ?? 0;
        known.asked = true;
      }
    }
    const limited: LinkDays = new Map();
    for (const { day, linkId, known } of days) {
      if (known.clicks <= LIMITS.dimensionValuesPerDayMax) continue;
      known.values ??= await readValues(client, day, linkId);
      child(limited, day).set(linkId, known);
    }
    return { allows: (day, linkId, valueId) => allows(limited.get(day)?.get(linkId)?.values, valueId) };
  }

  /** Call when a group was not committed: what memory holds may never have been stored. */
  forget(): void {
    this.young = new Map();
    this.old = new Map();
    this.youngSize = 0;
  }

  private tracked(day: number, linkId: number): LinkDay {
    let known = this.young.get(day)?.get(linkId);
    if (known) return known;
    known = this.old.get(day)?.get(linkId) ?? { clicks: 0, asked: false, values: null };
    if (this.youngSize >= DAYS_TRACKED_MAX) {
      this.old = this.young;
      this.young = new Map();
      this.youngSize = 0;
    }
    child(this.young, day).set(linkId, known);
    this.youngSize++;
    return known;
  }
}

async function readClicks(client: PoolClient, days: readonly { day: number; linkId: number }[]): Promise<number[]> {
  const { rows } = await client.query<[clicks: number]>({
    name: 'day-clicks',
    text: `SELECT (SELECT coalesce(sum(r.clicks), 0) FROM rollup_15m r
             WHERE r.link_id = u.link_id AND r.slot BETWEEN u.day * 96 AND u.day * 96 + 95) AS clicks
           FROM unnest($1::int4[], $2::int4[]) WITH ORDINALITY AS u (day, link_id, n) ORDER BY u.n`,
    values: [int4s(days.map(({ day }) => day)), int4s(days.map(({ linkId }) => linkId))],
    rowMode: 'array',
  });
  return rows.map(([clicks]) => clicks);
}

function allows(values: Map<number, Set<number>> | null | undefined, valueId: number): boolean {
  if (!values) return true;
  const dimension = Math.floor(valueId / VALUE_SPAN);
  let known = values.get(dimension);
  if (!known) {
    known = new Set();
    values.set(dimension, known);
  }
  if (known.has(valueId)) return true;
  if (known.size >= LIMITS.dimensionValuesPerDayMax) return false;
  known.add(valueId);
  return true;
}

async function readValues(client: PoolClient, day: number, linkId: number): Promise<Map<number, Set<number>>> {
  const { rows } = await client.query<{ value_id: number }>({
    name: 'day-values',
    // One index probe for each hour: a range of hours would be read with all links that are in it.
    text: `SELECT DISTINCT r.value_id FROM generate_series($2::int4, $3::int4) h CROSS JOIN LATERAL (
             SELECT value_id FROM rollup_hour_all
             WHERE hour = h AND link_id = $1 AND value_id >= ${FIRST_VALUE} OFFSET 0) r`,
    values: [linkId, day * 24, day * 24 + 23],
  });
  const values = new Map<number, Set<number>>();
  for (const { value_id } of rows) {
    const dimension = Math.floor(value_id / VALUE_SPAN);
    const known = values.get(dimension) ?? new Set<number>();
    values.set(dimension, known.add(value_id));
  }
  return values;
}
