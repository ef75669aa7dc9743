import type { PoolClient } from 'pg';
import type { BatchAdditions } from '../../clicks/batch-additions.ts';
import type { CountTable } from '../../clicks/count-table.ts';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { int4s, int8s } from './binary-arrays.ts';
import { type CopyColumn, CopyRows, copyIn } from './copy-in.ts';

/** Values of one row of arrays: beyond 2 KB PostgreSQL would compress it and store it apart. */
const VALUES_PER_ROW = 64;
const COUNTS = 'clicks, visitors, human_clicks, human_visitors';

/** Adds what a group of batches counts to the rollups. */
export async function addToRollups(client: PoolClient, { slots, values, days }: BatchAdditions): Promise<void> {
  const ofSlots: number[] = [];
  slots.inOrder((linkId, slot, _, ...counts) => ofSlots.push(linkId, slot, ...counts));
  await copyIn(client, `rollup_15m (link_id, slot, ${COUNTS})`, new CopyRows(ofSlots, [4, 4, 8, 8, 8, 8]));
  const { ofAll, ofLinks } = hourRows(values);
  await copyIn(client, `rollup_hour (hour, link_id, value_id, ${COUNTS}, quarter)`, ofAll);
  await copyIn(client, `rollup_hour_added (hour, link_id, quarter, value_ids, ${COUNTS})`, ofLinks);
  const ofDays: number[] = [];
  days.inOrder((...row) => ofDays.push(...row));
  const dayRows = new CopyRows(ofDays, [4, 4, 8, 8, 8, 8, 8]);
  await copyIn(client, `rollup_day (day, link_id, value_id, ${COUNTS})`, dayRows);
}

/**
 * Hours by value. Those of all links as rows of their own, since charts read them most; those of single links, which are
 * nearly all, with a link's values in one row: a third of the work for the server.
 */
function hourRows(values: CountTable): { ofAll: CopyRows; ofLinks: CopyRows } {
  const ofAll: number[] = [];
  const ofLinks = new LinkHours();
  values.inOrder((slot, linkId, valueId, clicks, visitors, human, humanVisitors) => {
    if (linkId === ALL_LINKS) ofAll.push(slot >> 2, linkId, valueId, clicks, visitors, human, humanVisitors, slot & 3);
    else ofLinks.add(slot, linkId, valueId, clicks, visitors, human, humanVisitors);
  });
  return { ofAll: new CopyRows(ofAll, [4, 4, 8, 8, 8, 8, 8, 2]), ofLinks: ofLinks.rows() };
}

/** Rows of rollup_hour_added, from values in the order of quarter hour and link. */
class LinkHours {
  private readonly cells: (number | Uint8Array)[] = [];
  private slot = 0;
  private linkId = 0;
  private ids: number[] = [];
  private counts: [number[], number[], number[], number[]] = [[], [], [], []];

  add(slot: number, linkId: number, valueId: number, ...counts: [number, number, number, number]): void {
    if (slot !== this.slot || linkId !== this.linkId || this.ids.length === VALUES_PER_ROW) this.end();
    this.slot = slot;
    this.linkId = linkId;
    this.ids.push(valueId);
    for (let n = 0; n < counts.length; n++) this.counts[n]?.push(counts[n] ?? 0);
  }

  rows(): CopyRows {
    this.end();
    const kinds: CopyColumn[] = [4, 4, 2, 'bytes', 'bytes', 'bytes', 'bytes', 'bytes'];
    return new CopyRows(this.cells, kinds);
  }

  private end(): void {
    if (this.ids.length === 0) return;
    this.cells.push(this.slot >> 2, this.linkId, this.slot & 3, int8s(this.ids));
    for (const counts of this.counts) {
      this.cells.push(int4s(counts));
      counts.length = 0;
    }
    this.ids.length = 0;
  }
}
