import type { Dimension } from '@waymark/contract';
import { ANALYTICS_LIMITS, type AnswerNotes, type ClickRange, type CountedQuality } from '../../../clicks/analytics.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import { DAY_MS } from '../../../platform/clock.ts';
import type { ApiDeps } from '../deps.ts';
import { isoTime } from './link-view.ts';

const DEFAULT_PERIOD_MS = 7 * DAY_MS;
const LINK_ID = /^[1-9][0-9]{0,14}$/;

interface Period {
  from: number;
  to: number;
}

interface RangeQuery {
  link?: number | undefined;
  from?: number | undefined;
  to?: number | undefined;
  quality: CountedQuality;
  filter?: { dimension: Dimension; value: string }[];
}

/** From and to of a question, defaults filled in. Errors: `invalid_request` naming the one that is out of bounds. */
export function readPeriod({ from, to }: Pick<RangeQuery, 'from' | 'to'>, now: number): Period {
  const end = to ?? now;
  const start = from ?? end - DEFAULT_PERIOD_MS;
  if (start >= end) {
    if (to === undefined) throw invalidField('from', 'must be in the past where `to` is left out');
    throw invalidField('to', 'must be later than from');
  }
  if (end - start > ANALYTICS_LIMITS.rangeMs) throw invalidField('to', 'must be at most 10 years after from');
  return { from: start, to: end };
}

/**
 * The clicks that a query asks for.
 * Errors: `invalid_request`; `not_found` where the link, or one that a filter names, is unknown or deleted.
 */
export async function readRange(query: RangeQuery, deps: ApiDeps): Promise<ClickRange> {
  const { filter = [], quality, link } = query;
  const period = readPeriod(query, deps.now());
  const named = filter.flatMap(({ dimension, value }, index) => {
    if (dimension !== 'link') return [];
    if (!LINK_ID.test(value)) throw invalidField(`filter.${index}`, 'must name a link by its id, as in link:4711');
    return [Number(value)];
  });
  await requireLinks([...new Set(link === undefined ? named : [link, ...named])], deps);
  return { linkId: link ?? null, ...period, quality, filters: filter };
}

async function requireLinks(ids: number[], { queries }: ApiDeps): Promise<void> {
  if (ids.length === 0) return;
  const found = await queries.links.list({ filter: { ids }, sort: 'id', descending: false, limit: ids.length });
  if (found.length < ids.length) throw new AppError('not_found', 'Link not found');
}

/** Up to when clicks are in the database. */
export function asOf({ clicks, now }: Pick<ApiDeps, 'clicks' | 'now'>): string {
  return isoTime(Math.floor(now() - clicks.status().lagSeconds * 1000));
}

/** What every answer says of itself. `asOf` is that of before the question was put. */
export function showNotes(notes: AnswerNotes, period: Period, at: string) {
  return {
    asOf: at,
    source: notes.source,
    quality: notes.quality,
    period: showPeriod(period),
    covered: showPeriod(notes.covered),
    grain: notes.grain,
    sampled: notes.sampled,
  };
}

export function showPeriod({ from, to }: Period) {
  return { from: isoTime(from), to: isoTime(to) };
}
