import { DIMENSIONS, OTHER_VALUE } from '@waymark/contract';
import type { Selectable } from 'kysely';
import { periodsOf, VALUE_SPAN, visitRollups } from '../../clicks/rollup-rows.ts';
import { VALUE_COLUMNS } from './click-events.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { CLICK_EVENT } from './event-pages.ts';
import type { ClickTable } from './schema.ts';

/** Clicks of a link that are looked through for the time of its last one. */
const LATEST_ROWS_MAX = 1000;

export type ClickRow = Selectable<ClickTable>;

type Bindings = [visitors: number, human: number, humanVisitors: number, time: number, linkId: number, valueId: number];

/** Takes a recorded click of a live link from its row, its link's totals, the counters and the rollups. */
export class ClickRemoval {
  constructor(private readonly ctx: WriteContext) {}

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
    await this.takeFromRollups(click, human);
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

  private async takeFromRollups(click: ClickRow, human: boolean): Promise<void> {
    const { slot, hour, day } = periodsOf(click.at);
    const daysBefore = await this.ctx.db
      .selectFrom('counters')
      .select('n')
      .where('kind', '=', 'rollup_days_before')
      .where('key', '=', '')
      .executeTakeFirst();
    const dayIsRolled = day < (daysBefore?.n ?? 0);
    const values = VALUE_COLUMNS.map((column) => click[column]);
    visitRollups(
      { linkId: click.link_id, human, firstSeen: click.first_seen, values },
      (linkId, valueId, ...counts) => {
        if (valueId === null) {
          this.take('rollup_15m', 'slot', [...counts, slot, linkId, 0]);
          return;
        }
        this.takeValue('rollup_hour', 'hour', [...counts, hour, linkId, valueId]);
        if (dayIsRolled) this.takeValue('rollup_day', 'day', [...counts, day, linkId, valueId]);
      },
    );
  }

  /** A value beyond the day's limit has no row: it was counted under OTHER_VALUE. */
  private takeValue(table: 'rollup_hour' | 'rollup_day', time: 'hour' | 'day', bindings: Bindings): void {
    if (this.take(table, time, bindings)) return;
    const dimension = Math.floor(bindings[5] / VALUE_SPAN);
    if (dimension === DIMENSIONS.link) return;
    const other = this.ctx.sqlite
      .query<{ id: number }, [number, string]>('SELECT id FROM dimension_values WHERE dimension = ? AND value = ?')
      .get(dimension, OTHER_VALUE);
    if (!other) return;
    bindings[5] = other.id;
    this.take(table, time, bindings);
  }

  /** Returns whether there was such a row. A row that counts nothing any more goes. */
  private take(
    table: 'rollup_15m' | 'rollup_hour' | 'rollup_day',
    time: 'slot' | 'hour' | 'day',
    bindings: Bindings,
  ): boolean {
    const { sqlite } = this.ctx;
    const key =
      table === 'rollup_15m' ? `${time} = ? AND link_id = ? AND ? = 0` : `${time} = ? AND link_id = ? AND value_id = ?`;
    const taken = sqlite
      .query<null, Bindings>(
        `UPDATE ${table} SET clicks = clicks - 1, visitors = visitors - ?, human_clicks = human_clicks - ?,
           human_visitors = human_visitors - ? WHERE ${key}`,
      )
      .run(...bindings);
    sqlite
      .query<null, [number, number, number]>(
        `DELETE FROM ${table} WHERE ${key} AND clicks = 0 AND visitors = 0 AND human_clicks = 0 AND human_visitors = 0`,
      )
      .run(bindings[3], bindings[4], bindings[5]);
    return taken.changes > 0;
  }
}
