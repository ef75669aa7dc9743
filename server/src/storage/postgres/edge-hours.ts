import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { AnswerNotes } from '../../clicks/analytics.ts';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Plan } from '../analytics/plan.ts';
import { SLOT_MS } from '../analytics/tiers.ts';
import { numbers } from './analytics-scan.ts';
import type { Schema } from './schema.ts';

/** Clicks that the hours at the ends of a range may have for them to be read one by one. */
const EDGE_ROWS_MAX = 200_000;

interface Edge {
  from: number;
  to: number;
}

/**
 * The hours that a range cuts at its ends, counted by value from their rows where all of them are there. An hour that has
 * lost rows is counted whole by rollups: `covered` and `grain` then say so.
 */
export class EdgeHours {
  covered: { from: number; to: number };
  grain: AnswerNotes['grain'] = 'exact';
  /** The whole hours between, those of lost rows included; `endHour` exclusive. */
  firstHour: number;
  endHour: number;
  private readonly edges: Edge[] = [];
  private found: { id: number; clicks: number; visitors: number }[] = [];

  constructor({ from, to }: { from: number; to: number }) {
    this.covered = { from, to };
    this.firstHour = Math.ceil(from / HOUR_MS);
    this.endHour = Math.floor(to / HOUR_MS);
    if (this.firstHour > this.endHour) {
      this.edges.push({ from, to });
      this.endHour = this.firstHour;
      return;
    }
    if (from < this.firstHour * HOUR_MS) this.edges.push({ from, to: this.firstHour * HOUR_MS });
    if (to > this.endHour * HOUR_MS) this.edges.push({ from: this.endHour * HOUR_MS, to });
  }

  /** `valueId`: of a row of clicks. `human`: the id of that quality, for plans that count people only. */
  async read(
    db: Kysely<Schema>,
    plan: Plan,
    valueId: RawBuilder<number>,
    visitorBit: number,
    human: number,
  ): Promise<void> {
    if (this.edges.length === 0) return;
    const hours = this.edges.map(({ from }) => Math.floor(from / HOUR_MS) * HOUR_MS);
    const expected = await clicksOf(db, plan, hours);
    const known = this.edges.flatMap((edge, n) => {
      const hour = hours[n] ?? 0;
      const { clicks, cost } = expected.get(hour) ?? { clicks: 0, cost: 0 };
      return clicks > 0 && cost <= EDGE_ROWS_MAX ? [{ ...edge, hour, n }] : [];
    });
    const isCounted = plan.series.human ? sql`quality = ${human}::bigint` : sql`true`;
    const ofLink = plan.linkId === null ? sql`true` : sql`link_id = ${plan.linkId}::bigint`;
    const { rows } = await sql<{ n: number; id: number; all: number; clicks: number; visitors: number }>`
      SELECT e.n, c.id, count(*) AS "all", count(*) FILTER (WHERE c.inside) AS clicks,
        count(*) FILTER (WHERE c.inside AND c.first_seen & ${sql.lit(visitorBit)} <> 0) AS visitors
      FROM unnest(${numbers(known.map(({ n }) => n))}, ${numbers(known.map(({ hour }) => hour))},
        ${numbers(known.map(({ from }) => from))}, ${numbers(known.map(({ to }) => to))}) e (n, hour, "from", "to")
      CROSS JOIN LATERAL (
        SELECT ${valueId} AS id, first_seen, at >= e."from" AND at < e."to" AND ${isCounted} AS inside FROM clicks
        WHERE at >= e.hour AND at < e.hour + ${sql.lit(HOUR_MS)} AND ${ofLink} OFFSET 0) c
      GROUP BY 1, 2`.execute(db);
    this.edges.forEach((edge, n) => {
      const ofEdge = rows.filter((row) => row.n === n);
      const hour = hours[n] ?? 0;
      if (ofEdge.reduce((sum, row) => sum + row.all, 0) === (expected.get(hour)?.clicks ?? 0)) {
        this.found.push(...ofEdge.filter(({ clicks }) => clicks > 0));
      } else {
        this.countWhole(edge, hour);
      }
    });
  }

  /** What was found, as rows of id, clicks and visitors. */
  rows(): RawBuilder<unknown> {
    const column = (name: 'id' | 'clicks' | 'visitors') => numbers(this.found.map((row) => row[name]));
    return sql`SELECT id, clicks, visitors
      FROM unnest(${column('id')}, ${column('clicks')}, ${column('visitors')}) f (id, clicks, visitors)`;
  }

  private countWhole(edge: Edge, start: number): void {
    const hour = start / HOUR_MS;
    this.grain = 'hour';
    this.firstHour = Math.min(this.firstHour, hour);
    this.endHour = Math.max(this.endHour, hour + 1);
    this.covered.from = Math.min(this.covered.from, edge.from, start);
    this.covered.to = Math.max(this.covered.to, edge.to, start + HOUR_MS);
  }
}

/** Clicks of the plan's link (or all) in hours, and how many rows finding them looks at. */
async function clicksOf(
  db: Kysely<Schema>,
  plan: Plan,
  hours: readonly number[],
): Promise<Map<number, { clicks: number; cost: number }>> {
  const sumOf = (linkId: number) => sql`(SELECT coalesce(sum(clicks), 0) FROM rollup_15m
    WHERE link_id = ${linkId}::bigint AND slot BETWEEN h.hour / ${sql.lit(SLOT_MS)} AND h.hour / ${sql.lit(SLOT_MS)} + 3)`;
  const { rows } = await sql<{ hour: number; clicks: number; cost: number }>`
    SELECT h.hour, ${sumOf(plan.linkId ?? ALL_LINKS)} AS clicks,
      least(${sumOf(ALL_LINKS)}, (SELECT click_rows FROM link_stats WHERE link_id = ${plan.linkId}::bigint)) AS cost
    FROM unnest(${numbers(hours)}) h (hour)`.execute(db);
  return new Map(rows.map(({ hour, clicks, cost }) => [hour, { clicks, cost }]));
}
