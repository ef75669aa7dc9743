import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { PoolClient } from 'pg';
import type { Difference } from '../../clicks/reconcile.ts';
import {
  hourDifferences,
  type QuarterCounts,
  quarterDifferences,
  quarterKey,
  RecountedHour,
  slotDifferences,
  tooSmall,
  type ValueCounts,
  wholeHour,
} from '../../clicks/recount.ts';
import { addCounts, type Counts } from '../../clicks/rollup-counts.ts';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { int4s } from './binary-arrays.ts';
import { VALUE_COLUMNS } from './click-events.ts';
import { rowsOf } from './reconcile-rows.ts';

/** Rows of clicks whose recount is held in memory at a time. */
const ROWS_AT_ONCE = 100_000;
const SUMS = 'sum(clicks)::int8, sum(visitors)::int8, sum(human_clicks)::int8, sum(human_visitors)::int8';
/** What rollup_hour_all has of one link in one hour. */
interface FoundHour {
  quarters: QuarterCounts;
  hour: ValueCounts;
  /** Values with rows that do not tell their quarter: only their hours can be compared. */
  untold: Set<number>;
}

const QUALITY = VALUE_COLUMNS.indexOf('quality');

/**
 * Whether the numbers of all links together can be recounted: a purged link has taken its rows with it, while they keep
 * its clicks. Where they can't, only too small numbers are differences.
 * @NOTE A creation that was undone leaves a gap in the ids too, so a gap alone says "can't" more often than need be.
 */
async function allLinksAreExact(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ exact: boolean }>(
    `SELECT NOT EXISTS (SELECT 1 FROM links l LEFT JOIN link_stats s ON s.link_id = l.id
         WHERE l.deleted_at IS NOT NULL AND (s.clicks IS NULL OR s.click_rows < s.clicks))
       AND coalesce((SELECT max(id) FROM links), 0) <= (SELECT count(*) FROM links) AS exact`,
  );
  return rows[0]?.exact === true;
}

/** Compares rollup_hour_all, and the quarter hours of all links together, with the clicks of one hour at a time. */
export class HourRecount {
  private constructor(
    private readonly client: PoolClient,
    private readonly allLinksExact: boolean,
    readonly humanId: number,
    private readonly otherIds: ReadonlyMap<number, number>,
  ) {}

  static async begin(client: PoolClient): Promise<HourRecount> {
    const { rows } = await client.query<{ id: number; dimension: number; value: string }>(
      `SELECT id, dimension, value FROM dimension_values WHERE value = $1 OR (dimension = $2 AND value = 'human')`,
      [OTHER_VALUE, DIMENSIONS.quality],
    );
    const others = rows.filter(({ value }) => value === OTHER_VALUE);
    return new HourRecount(
      client,
      await allLinksAreExact(client),
      rows.find(({ value }) => value === 'human')?.id ?? 0,
      new Map(others.map(({ dimension, id }) => [dimension, id])),
    );
  }

  /** Differences in portions: links by links where the hour has many clicks, all links together last. */
  async *differences(hour: number): AsyncGenerator<Difference[]> {
    const span = [hour * HOUR_MS, (hour + 1) * HOUR_MS];
    const counted = await this.client.query<{ n: number }>(
      'SELECT count(*) AS n FROM clicks WHERE at >= $1 AND at < $2',
      span,
    );
    const portions = Math.max(1, Math.ceil((counted.rows[0]?.n ?? 0) / ROWS_AT_ONCE));
    const recounted = new RecountedHour();
    for (let portion = 0; portion < portions; portion++) {
      const clicks = rowsOf<number[]>(
        this.client,
        `SELECT link_id, at, first_seen, ${VALUE_COLUMNS.join(', ')} FROM clicks
         WHERE at >= $1 AND at < $2 AND link_id % $3::int4 = $4::int4`,
        [...span, portions, portion],
      );
      for await (const rows of clicks) for (const row of rows) this.add(recounted, row);
      yield this.linkDifferences(
        hour,
        recounted.takeLinks(),
        await this.foundOf(hour, 'link_id > 0 AND link_id % $2::int4 = $3::int4', [portions, portion]),
      );
    }
    const ofAll = await this.foundOf(hour, `link_id = ${ALL_LINKS}`, []);
    yield this.ofAllLinks(this.hourDifferences(hour, ALL_LINKS, recounted.ofAll, ofAll.get(ALL_LINKS)));
    yield this.ofAllLinks(slotDifferences(recounted.slotsOfAll, await this.slotsOfAll(hour)));
  }

  private add(recounted: RecountedHour, [linkId = 0, at = 0, firstSeen = 0, ...values]: number[]): void {
    const quality = values[QUALITY] ?? 0;
    recounted.add({ linkId, at, firstSeen, human: quality === 0 || quality === this.humanId, values });
  }

  /** A deleted link may be half purged and is passed over. */
  private async linkDifferences(
    hour: number,
    wanted: ReadonlyMap<number, QuarterCounts>,
    found: ReadonlyMap<number, FoundHour>,
  ): Promise<Difference[]> {
    const differences = [...new Set([...wanted.keys(), ...found.keys()])].flatMap((linkId) =>
      this.hourDifferences(hour, linkId, wanted.get(linkId) ?? new Map(), found.get(linkId)),
    );
    if (differences.length === 0) return differences;
    const ids = [...new Set(differences.map(({ key }) => Number(key.link_id)))];
    const { rows } = await this.client.query<{ id: number }>(
      'SELECT id FROM links WHERE id = ANY ($1::int4[]) AND deleted_at IS NOT NULL',
      [int4s(ids)],
    );
    const deleted = new Set(rows.map(({ id }) => id));
    return differences.filter(({ key }) => !deleted.has(Number(key.link_id)));
  }

  private ofAllLinks(differences: Difference[]): Difference[] {
    return this.allLinksExact ? differences : tooSmall(differences);
  }

  private hourDifferences(
    hour: number,
    linkId: number,
    wanted: QuarterCounts,
    found: FoundHour = { quarters: new Map(), hour: new Map(), untold: new Set() },
  ): Difference[] {
    const rowOf = (valueId: number, quarter: number | null) => ({
      table: 'rollup_hour',
      key: { hour, link_id: linkId, value_id: valueId, quarter },
    });
    const isTold = (valueId: number) => !found.untold.has(valueId);
    const whole = hourDifferences(hour, linkId, wholeHour(wanted), found.hour, this.otherIds);
    return [
      ...quarterDifferences(wanted, found.quarters, found.hour, this.otherIds, isTold, rowOf),
      ...whole.flatMap((difference) => {
        const valueId = Number(difference.key.value_id);
        return isTold(valueId) ? [] : [{ ...difference, ...rowOf(valueId, null) }];
      }),
    ];
  }

  /** Rows of an hour by link. `which`: a condition whose parameters are `values`, from $2 on. */
  private async foundOf(hour: number, which: string, values: readonly number[]): Promise<Map<number, FoundHour>> {
    const found = new Map<number, FoundHour>();
    const rollups = rowsOf<(number | null)[]>(
      this.client,
      `SELECT link_id, value_id, quarter, ${SUMS} FROM rollup_hour_all WHERE hour = $1 AND ${which}
       GROUP BY link_id, value_id, quarter`,
      [hour, ...values],
    );
    for await (const rows of rollups) {
      for (const [link, value, quarter, ...counts] of rows) {
        const [linkId, valueId] = [link ?? 0, value ?? 0];
        const ofLink = found.get(linkId) ?? { quarters: new Map(), hour: new Map(), untold: new Set() };
        found.set(linkId, ofLink);
        addCounts(ofLink.hour, valueId, ...(counts as Counts));
        if (quarter == null) ofLink.untold.add(valueId);
        else ofLink.quarters.set(quarterKey(valueId, quarter), counts as Counts);
      }
    }
    return found;
  }

  private async slotsOfAll(hour: number): Promise<Map<number, Counts>> {
    return this.counts(
      `SELECT slot, ${SUMS} FROM rollup_15m WHERE link_id = ${ALL_LINKS} AND slot BETWEEN $1 AND $2 GROUP BY slot`,
      [hour * 4, hour * 4 + 3],
    );
  }

  private async counts(sql: string, values: readonly number[]): Promise<Map<number, Counts>> {
    const { rows } = await this.client.query<number[]>({ text: sql, values: [...values], rowMode: 'array' });
    return new Map(rows.map(([key = 0, ...counts]) => [key, counts as Counts]));
  }
}
