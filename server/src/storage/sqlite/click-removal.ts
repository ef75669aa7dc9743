import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Selectable } from 'kysely';
import { ALL_LINKS, periodsOf, VALUE_SPAN, visitRollups } from '../../clicks/rollup-rows.ts';
import { VALUE_COLUMNS } from './click-events.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { DayTier } from './day-tier.ts';
import { CLICK_EVENT } from './event-pages.ts';
import type { ClickTable } from './schema.ts';

/** Clicks of a link that are looked through for the time of its last one. */
const LATEST_ROWS_MAX = 1000;

export type ClickRow = Selectable<ClickTable>;

type Bindings = [visitors: number, human: number, humanVisitors: number, ...key: [number, number, number]];

/** The last three of Bindings, as the tables have them. */
const KEYS = {
  rollup_15m: 'slot = ? AND link_id = ? AND ? = 0',
  rollup_hour: 'hour = ? AND link_id = ? AND value_id = ?',
  rollup_quarter: 'hour = ? AND value_id = ? AND quarter = ?',
  rollup_day: 'day = ? AND link_id = ? AND value_id = ?',
} as const;

/** Takes a recorded click of a live link from its row, its link's totals, the counters and the rollups. */
export class ClickRemoval {
  private readonly dayTier: DayTier;

  constructor(private readonly ctx: WriteContext) {
    this.dayTier = new DayTier(ctx.sqlite);
  }

  async remove(click: ClickRow, counters: CounterBatch): Promise<void> {
    const { db } = this.ctx;
    const human = await this.isHuman(click.quality);
    await db.deleteFrom('clicks').where('id', '=', click.id).execute();
    await db
      .updateTable('link_stats')
      .set((eb) => ({
        clicks: eb('clicks', '-', 1),
        human_clicks: eb('human_clicks', '-', human ? 1 : 0),
        click_rows: eb('click_rows', '-', 1),
      }))
      .where('link_id', '=', click.link_id)
      .execute();
    await this.moveLastClick(click);
    counters.addEvents(CLICK_EVENT, click.user_id, -1);
    this.takeFromRollups(click, human);
  }

  private async isHuman(quality: number): Promise<boolean> {
    if (quality === 0) return true;
    const row = await this.ctx.db
      .selectFrom('dimension_values')
      .select('value')
      .where('id', '=', quality)
      .executeTakeFirst();
    return row?.value === 'human';
  }

  private async moveLastClick(click: ClickRow): Promise<void> {
    const stats = await this.ctx.db
      .selectFrom('link_stats')
      .select(['clicks', 'last_click_at'])
      .where('link_id', '=', click.link_id)
      .executeTakeFirst();
    if (stats?.last_click_at !== click.at) return;
    const { db } = this.ctx;
    const latest = await db
      .selectFrom(
        db
          .selectFrom('clicks')
          .select('at')
          .where('link_id', '=', click.link_id)
          .orderBy('id', 'desc')
          .limit(LATEST_ROWS_MAX)
          .as('newest'),
      )
      .select((eb) => eb.fn.max('at').as('at'))
      .executeTakeFirst();
    // With older clicks known by their totals alone, the time stands as the nearest that is known.
    if (latest?.at == null && stats.clicks > 0) return;
    await db
      .updateTable('link_stats')
      .set({ last_click_at: latest?.at ?? null })
      .where('link_id', '=', click.link_id)
      .execute();
  }

  private takeFromRollups(click: ClickRow, human: boolean): void {
    const { slot, hour, day } = periodsOf(click.at);
    this.dayTier.read();
    const values = VALUE_COLUMNS.map((column) => click[column]);
    visitRollups(
      { linkId: click.link_id, human, firstSeen: click.first_seen, values },
      (linkId, valueId, ...counts) => {
        if (valueId === null) {
          this.take('rollup_15m', [...counts, slot, linkId, 0]);
          return;
        }
        const countedAs = this.takeFromHour([...counts, hour, linkId, valueId]);
        if (linkId === ALL_LINKS) this.take('rollup_quarter', [...counts, hour, countedAs, slot & 3]);
        if (this.dayTier.covers(day, linkId)) this.take('rollup_day', [...counts, day, linkId, countedAs]);
      },
    );
  }

  /** Returns the value id that the click was counted under: beyond the day's limit of values that is OTHER_VALUE's. */
  private takeFromHour(bindings: Bindings): number {
    const valueId = bindings[5];
    const dimension = Math.floor(valueId / VALUE_SPAN);
    if (this.take('rollup_hour', bindings) || dimension === DIMENSIONS.link) return valueId;
    const other = this.ctx.sqlite
      .query<{ id: number }, [number, string]>('SELECT id FROM dimension_values WHERE dimension = ? AND value = ?')
      .get(dimension, OTHER_VALUE);
    if (!other) return valueId;
    bindings[5] = other.id;
    this.take('rollup_hour', bindings);
    return other.id;
  }

  /** Returns whether there was such a row. A row that counts nothing any more goes. */
  private take(table: keyof typeof KEYS, bindings: Bindings): boolean {
    const { sqlite } = this.ctx;
    const key = KEYS[table];
    const taken = sqlite
      .query<null, Bindings>(
        `UPDATE ${table} SET clicks = clicks - 1, visitors = visitors - ?, human_clicks = human_clicks - ?,
           human_visitors = human_visitors - ? WHERE ${key}`,
      )
      .run(...bindings);
    sqlite
      .query<null, [number, number, number]>(`DELETE FROM ${table} WHERE ${key} AND clicks <= 0`)
      .run(bindings[3], bindings[4], bindings[5]);
    return taken.changes > 0;
  }
}
