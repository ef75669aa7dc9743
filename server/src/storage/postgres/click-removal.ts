import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import { type Selectable, sql } from 'kysely';
import { periodsOf, VALUE_SPAN, visitRollups } from '../../clicks/rollup-rows.ts';
import { VALUE_COLUMNS } from './click-events.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import type { ClickRemoval } from './event-commands.ts';
import { holdLinks } from './held-rows.ts';
import { anyId } from './ids.ts';
import { LOCKS } from './locks.ts';
import type { ClickTable } from './schema.ts';

/** Clicks of a link that are looked through for the time of its last one. */
const LATEST_ROWS_MAX = 1000;

type ClickRow = Selectable<ClickTable>;

/** What one rollup row loses: a row of negative counts is added beside it. */
interface Loss {
  linkId: number;
  valueId: number;
  visitors: number;
  human: number;
  humanVisitors: number;
}

/**
 * Takes a recorded click of a live link from its row, its link's totals, the rollups and the counters.
 * @NOTE It locks in the order of ingest: the border of the day tier, the link's totals, counters.
 */
export class PostgresClickRemoval implements ClickRemoval {
  constructor(private readonly ctx: WriteContext) {}

  async remove(id: number): Promise<boolean> {
    const { db } = this.ctx;
    const found = await db
      .selectFrom('clicks')
      .select(['link_id', 'at'])
      .where('id', '=', anyId(id))
      .executeTakeFirst();
    if (!found || !(await holdLinks(db, [found.link_id])).has(found.link_id)) return false;
    const lateBefore = await this.lateDaysBefore();
    const click = await db
      .deleteFrom('clicks')
      .where('id', '=', anyId(id))
      .where('at', '=', found.at)
      .returningAll()
      .executeTakeFirst();
    if (!click) return false;
    const human = await this.isHuman(click.quality);
    await this.takeFromLink(click, human);
    await this.takeFromRollups(click, human, lateBefore);
    const counters = new CounterBatch(db);
    counters.addEvents('click', click.user_id, -1);
    await counters.flush();
    return true;
  }

  private async lateDaysBefore(): Promise<number> {
    await sql`SELECT pg_advisory_xact_lock_shared(${sql.lit(LOCKS.dayTier)})`.execute(this.ctx.db);
    const tiers = await this.ctx.db.selectFrom('rollup_tiers').select('late_before').executeTakeFirst();
    return tiers?.late_before ?? 0;
  }

  private async isHuman(quality: number): Promise<boolean> {
    if (quality === 0) return true;
    const { db } = this.ctx;
    const row = await db.selectFrom('dimension_values').select('value').where('id', '=', quality).executeTakeFirst();
    return row?.value === 'human';
  }

  private async takeFromLink(click: ClickRow, human: boolean): Promise<void> {
    const { db } = this.ctx;
    const stats = await db
      .updateTable('link_stats')
      .set((eb) => ({
        clicks: eb('clicks', '-', 1),
        human_clicks: eb('human_clicks', '-', human ? 1 : 0),
        click_rows: eb('click_rows', '-', 1),
      }))
      .where('link_id', '=', click.link_id)
      .returning(['clicks', 'last_click_at'])
      .executeTakeFirst();
    if (stats?.last_click_at !== click.at) return;
    const { rows } = await sql<{ at: number | null }>`
      SELECT max(at) AS at FROM
        (SELECT at FROM clicks WHERE link_id = ${click.link_id} ORDER BY id DESC LIMIT ${sql.lit(LATEST_ROWS_MAX)}) AS newest`.execute(
      db,
    );
    const at = rows[0]?.at ?? null;
    // With older clicks known by their totals alone, the time stands as the nearest that is known.
    if (at === null && stats.clicks > 0) return;
    await db.updateTable('link_stats').set({ last_click_at: at }).where('link_id', '=', click.link_id).execute();
  }

  private async takeFromRollups(click: ClickRow, human: boolean, lateBefore: number): Promise<void> {
    const { slot, hour, day } = periodsOf(click.at);
    const slots: Loss[] = [];
    const values: Loss[] = [];
    visitRollups(
      {
        linkId: click.link_id,
        human,
        firstSeen: click.first_seen,
        values: VALUE_COLUMNS.map((column) => click[column]),
      },
      (linkId, valueId, visitors, humanClicks, humanVisitors) => {
        const loss = { linkId, valueId: valueId ?? 0, visitors, human: humanClicks, humanVisitors };
        (valueId === null ? slots : values).push(loss);
      },
    );
    const counted = await this.countedAs(hour, values);
    await this.add('rollup_15m', 'slot', slot, slots);
    await this.add('rollup_hour', 'hour', hour, counted, slot & 3);
    if (day < lateBefore) await this.add('rollup_day', 'day', day, counted);
  }

  /** Under which values the click was counted: beyond the day's limit of values that is OTHER_VALUE. */
  private async countedAs(hour: number, losses: readonly Loss[]): Promise<Loss[]> {
    const { rows } = await sql<{ n: number; other: number | null }>`
      SELECT u.n::int4 AS n, (SELECT id FROM dimension_values WHERE dimension = u.value_id / ${sql.lit(VALUE_SPAN)}::int8
          AND value = ${OTHER_VALUE}) AS other
      FROM unnest(${losses.map(({ linkId }) => linkId)}::int4[], ${losses.map(({ valueId }) => valueId)}::int8[])
        WITH ORDINALITY AS u (link_id, value_id, n)
      WHERE (SELECT coalesce(sum(r.clicks), 0) FROM rollup_hour_all r
        WHERE r.link_id = u.link_id AND r.value_id = u.value_id AND r.hour = ${hour}) <= 0`.execute(this.ctx.db);
    const others = new Map(rows.map(({ n, other }) => [n - 1, other]));
    return losses.map((loss, n) => {
      const other = others.get(n);
      return other == null || Math.floor(loss.valueId / VALUE_SPAN) === DIMENSIONS.link
        ? loss
        : { ...loss, valueId: other };
    });
  }

  private async add(
    table: 'rollup_15m' | 'rollup_hour' | 'rollup_day',
    period: 'slot' | 'hour' | 'day',
    at: number,
    losses: readonly Loss[],
    quarter?: number,
  ): Promise<void> {
    const withValue = table === 'rollup_15m' ? sql`` : sql`value_id,`;
    const ofQuarter =
      quarter === undefined
        ? { column: sql``, value: sql`` }
        : { column: sql`quarter,`, value: sql`${quarter}::int2,` };
    const column = (pick: (loss: Loss) => number) => sql`${losses.map(pick)}::int8[]`;
    await sql`
      INSERT INTO ${sql.table(table)}
        (${sql.ref(period)}, link_id, ${withValue} ${ofQuarter.column} clicks, visitors, human_clicks, human_visitors)
      SELECT ${at}::int4, link_id::int4, ${withValue} ${ofQuarter.value} -1, -visitors, -human, -human_visitors
      FROM unnest(${column(({ linkId }) => linkId)}, ${column(({ valueId }) => valueId)},
        ${column(({ visitors }) => visitors)}, ${column(({ human }) => human)},
        ${column(({ humanVisitors }) => humanVisitors)}) AS u (link_id, value_id, visitors, human, human_visitors)`.execute(
      this.ctx.db,
    );
  }
}
