import { DIMENSIONS, LIMITS } from '@waymark/contract';
import type { PoolClient } from 'pg';
import { ALL_LINKS, VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { int4s } from './binary-arrays.ts';

/** Link-days whose number of clicks is kept in memory before all are counted anew. */
const DAYS_TRACKED_MAX = 65_536;
/** First value id that is a client's: links as values are ours and have no limit. */
const FIRST_VALUE = (DIMENSIONS.link + 1) * VALUE_SPAN;

interface LinkDay {
  day: number;
  linkId: number;
  clicks: number;
  /** Values by dimension; null while the link has had too few clicks for the limit to matter. */
  values: Map<number, Set<number>> | null;
}

/** Clicks of one link and day in the group, and the most that the link can have had that day before. */
export interface DayClicks {
  day: number;
  linkId: number;
  clicks: number;
  clicksBeforeMax: number;
}

/** Which values of the group have rows of their own. */
export interface GroupLimit {
  /** Whether the value still has a row of its own, which it takes by asking. */
  allows(day: number, linkId: number, valueId: number): boolean;
}

/**
 * Holds each link, dimension and day to LIMITS.dimensionValuesPerDayMax values, as one worker sees them: it counts from what
 * is stored when it first meets a busy link that day, and its own clicks from then on.
 * @NOTE Values that several workers meet at the same time are known to each of them alone, so the bound for all is the
 * limit times the workers, and in practice the limit and what came in while they started.
 */
export class ValueLimit {
  private readonly days = new Map<number, Map<number, LinkDay>>();
  private tracked = 0;

  /** Counts the clicks of a group, before any of it is added. Errors: those of the database. */
  async count(client: PoolClient, groups: readonly DayClicks[]): Promise<GroupLimit> {
    // A link with fewer clicks in all its time can't have more values in a day; most links are never looked up.
    const busy = groups.filter(
      ({ linkId, clicks, clicksBeforeMax }) =>
        linkId === ALL_LINKS || clicks + clicksBeforeMax > LIMITS.dimensionValuesPerDayMax,
    );
    if (this.tracked + busy.length > DAYS_TRACKED_MAX) this.forget();
    const fresh = busy.filter(({ day, linkId }) => !this.days.get(day)?.has(linkId));
    if (fresh.length > 0) await this.readClicks(client, fresh);
    const own = new Map<number, Map<number, LinkDay>>();
    for (const { day, linkId, clicks } of busy) {
      const known = this.days.get(day)?.get(linkId);
      if (!known) continue;
      known.clicks += clicks;
      if (known.clicks <= LIMITS.dimensionValuesPerDayMax) continue;
      known.values ??= await readValues(client, day, linkId);
      put(own, known);
    }
    return { allows: (day, linkId, valueId) => allows(own.get(day)?.get(linkId)?.values, valueId) };
  }

  /** Call when a group was not committed: what memory holds may never have been stored. */
  forget(): void {
    this.days.clear();
    this.tracked = 0;
  }

  private async readClicks(client: PoolClient, fresh: readonly DayClicks[]): Promise<void> {
    const { rows } = await client.query<[n: number, clicks: number]>({
      name: 'day-clicks',
      text: `SELECT u.n::int4, (SELECT coalesce(sum(r.clicks), 0) FROM rollup_15m r
               WHERE r.link_id = u.link_id AND r.slot BETWEEN u.day * 96 AND u.day * 96 + 95) AS clicks
             FROM unnest($1::int4[], $2::int4[]) WITH ORDINALITY AS u (day, link_id, n)`,
      values: [int4s(fresh.map(({ day }) => day)), int4s(fresh.map(({ linkId }) => linkId))],
      rowMode: 'array',
    });
    for (const [n, clicks] of rows) {
      const link = fresh[n - 1];
      if (!link) continue;
      put(this.days, { day: link.day, linkId: link.linkId, clicks, values: null });
      this.tracked++;
    }
  }
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
    text: `SELECT DISTINCT value_id FROM rollup_hour
           WHERE link_id = $1 AND value_id >= ${FIRST_VALUE} AND hour BETWEEN $2 AND $3`,
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

function put(days: Map<number, Map<number, LinkDay>>, link: LinkDay): void {
  const links = days.get(link.day) ?? new Map<number, LinkDay>();
  days.set(link.day, links.set(link.linkId, link));
}
