import type { Database } from 'bun:sqlite';
import { DIMENSIONS } from '@waymark/contract';
import { ALL_LINKS, VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { completeDaysBefore, slotExtent } from './analytics-tiers.ts';

/** UTC days of a span. Part of stored data and of triggers. */
export const SPAN_DAYS = 16;

/** Links with fewer clicks are read by the day fast enough. */
const LINK_CLICKS_MIN = 250_000;
const LINKS_MAX = 100;
const SLICE_MS = 8;

/** Links as values have a walk of their own, and no limit to their number. */
const DIMENSION_NUMBERS = Object.values(DIMENSIONS).filter((number) => number !== DIMENSIONS.link);

/** Spans of a link (0: all links) in a range that hold their days' values of a dimension, `end` exclusive. */
export function completeSpans(
  sqlite: Database,
  linkId: number,
  dimension: number,
  first: number,
  end: number,
): number[] {
  return sqlite
    .query<unknown, [number, number, number, number]>(
      'SELECT span FROM rollup_spans WHERE link_id = ? AND span >= ? AND span < ? AND dimension = ?',
    )
    .values(linkId, first, end, dimension)
    .map((row) => (row as [number])[0]);
}

/**
 * Merges days of the day tier into spans, once all of them are complete. Triggers take a span's dimension back when a
 * row of its days changes, and it is merged anew, so late clicks need no care here.
 */
export class SpanUpkeep {
  constructor(
    private readonly sqlite: Database,
    private readonly options: { linkClicksMin?: number; sliceMs?: number } = {},
  ) {}

  /** Merges what is missing, in a transaction of the write queue. Returns whether more is left. */
  async mergeSpans(): Promise<boolean> {
    const end = performance.now() + (this.options.sliceMs ?? SLICE_MS);
    const spansEnd = Math.floor(completeDaysBefore(this.sqlite) / SPAN_DAYS);
    for (const linkId of this.links()) {
      const extent = slotExtent(this.sqlite, linkId);
      const first = extent ? Math.floor(extent.first / 96 / SPAN_DAYS) : spansEnd;
      if (this.merged(linkId, first, spansEnd) >= (spansEnd - first) * DIMENSION_NUMBERS.length) continue;
      for (const dimension of DIMENSION_NUMBERS) {
        const done = new Set(completeSpans(this.sqlite, linkId, dimension, first, spansEnd));
        for (let span = first; span < spansEnd; span++) {
          if (done.has(span)) continue;
          this.merge(linkId, span, dimension);
          if (performance.now() >= end) return true;
        }
      }
    }
    return false;
  }

  private merged(linkId: number, first: number, end: number): number {
    const row = this.sqlite
      .query<{ n: number }, [number, number, number]>(
        'SELECT count(*) AS n FROM rollup_spans WHERE link_id = ? AND span >= ? AND span < ?',
      )
      .get(linkId, first, end);
    return row?.n ?? 0;
  }

  private links(): number[] {
    const busy = this.sqlite
      .query<{ link_id: number }, [number, number]>(
        'SELECT link_id FROM link_stats WHERE clicks >= ? ORDER BY clicks DESC LIMIT ?',
      )
      .all(this.options.linkClicksMin ?? LINK_CLICKS_MIN, LINKS_MAX);
    return [ALL_LINKS, ...busy.map((row) => row.link_id)];
  }

  private merge(linkId: number, span: number, dimension: number): void {
    const { sqlite } = this;
    const low = dimension * VALUE_SPAN;
    const high = low + VALUE_SPAN - 1;
    sqlite
      .query<null, number[]>(
        'DELETE FROM rollup_span_values WHERE link_id = ? AND span = ? AND value_id BETWEEN ? AND ?',
      )
      .run(linkId, span, low, high);
    sqlite
      .query<null, number[]>(
        `WITH RECURSIVE days (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM days WHERE n < ?1 + ${SPAN_DAYS - 1})
         INSERT INTO rollup_span_values (link_id, span, value_id, clicks, visitors, human_clicks, human_visitors)
         SELECT ?2, ?3, r.value_id, sum(r.clicks), sum(r.visitors), sum(r.human_clicks), sum(r.human_visitors)
         FROM days CROSS JOIN rollup_day r ON r.day = days.n AND r.link_id = ?2 AND r.value_id BETWEEN ?4 AND ?5
         GROUP BY r.value_id`,
      )
      .run(span * SPAN_DAYS, linkId, span, low, high);
    sqlite
      .query<null, number[]>('INSERT INTO rollup_spans (link_id, span, dimension) VALUES (?, ?, ?)')
      .run(linkId, span, dimension);
  }
}
