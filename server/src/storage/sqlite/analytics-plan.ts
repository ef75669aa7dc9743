import type { Database } from 'bun:sqlite';
import { DIMENSIONS, type Dimension, QUALITIES, type Quality } from '@waymark/contract';
import type { ClickRange, CountedQuality } from '../../clicks/analytics.ts';
import {
  ALL_LINKS,
  FIRST_ANYWHERE,
  FIRST_HUMAN_ANYWHERE,
  FIRST_HUMAN_ON_LINK,
  FIRST_ON_LINK,
} from '../../clicks/rollup-rows.ts';

/** A column of `clicks` that must hold one of these numbers. */
export interface ColumnFilter {
  column: Exclude<Dimension, 'link'> | 'link_id';
  ids: readonly number[];
}

/** Rows of one rollup series. `valueId` null: the quarter hours of the link; else its hours and days of that value. */
export interface Series {
  linkId: number;
  valueId: number | null;
  human: boolean;
}

/**
 * How a question is answered: from one rollup series, from rows, or not at all, as nothing can match.
 * `filters` and `visitorBit` find the same clicks among rows in each case.
 */
export interface Plan {
  kind: 'rollup' | 'rows' | 'nothing';
  linkId: number | null;
  filters: readonly ColumnFilter[];
  /** The bit of `clicks.first_seen` that makes a click count as a visitor. */
  visitorBit: number;
  /** Where kind is `rollup`. */
  series: Series;
}

/** Turns filters and quality into a plan. `rowsOnly` for questions that no series answers. */
export function planFor(
  sqlite: Database,
  range: Pick<ClickRange, 'linkId' | 'filters' | 'quality'>,
  rowsOnly = false,
): Plan {
  const byDimension = new Map<Dimension, Set<string>>();
  for (const { dimension, value } of range.filters) {
    byDimension.set(dimension, (byDimension.get(dimension) ?? new Set()).add(value));
  }
  const quality = narrowQuality(range.quality, byDimension.get('quality'));
  const links = linkIds(range.linkId, byDimension.get('link'));
  byDimension.delete('quality');
  byDimension.delete('link');

  // One link asked for by filter is the same question as one link.
  const linkId = links?.length === 1 ? (links[0] ?? null) : range.linkId;
  const filters: ColumnFilter[] = [];
  if (links !== null && links.length !== 1) filters.push({ column: 'link_id', ids: links });
  for (const [dimension, values] of byDimension) {
    if (dimension !== 'link') filters.push(valueFilter(sqlite, dimension, values));
  }
  const human = quality === 'human';
  const qualityFilter = quality === 'all' ? null : valueFilter(sqlite, 'quality', new Set(human ? ['human'] : quality));
  const all = qualityFilter ? [...filters, qualityFilter] : filters;
  const series: Series = { linkId: linkId ?? ALL_LINKS, valueId: null, human };
  const plan: Plan = { kind: 'rows', linkId, filters: all, visitorBit: visitorBit(linkId, human), series };

  if (all.some(({ ids }) => ids.length === 0)) return { ...plan, kind: 'nothing' };
  if (rowsOnly || all.some(({ column }) => column === 'link_id')) return plan;
  if (filters.length === 0 && (human || quality === 'all')) return { ...plan, kind: 'rollup' };
  // A list of qualities is a filter of its own; only human and all are columns of every series.
  const deciding = human || quality === 'all' ? filters : all;
  const valueId = deciding.length === 1 && deciding[0]?.ids.length === 1 ? deciding[0].ids[0] : undefined;
  if (!valueId) return plan;
  if (human && deciding[0]?.column === 'reason') return { ...plan, kind: 'nothing' };
  return { ...plan, kind: 'rollup', series: { ...series, valueId } };
}

/** The bit of `clicks.first_seen` by which visitors of a link (null: of all links) are counted. */
export function visitorBit(linkId: number | null, human: boolean): number {
  if (linkId === null) return human ? FIRST_HUMAN_ANYWHERE : FIRST_ANYWHERE;
  return human ? FIRST_HUMAN_ON_LINK : FIRST_ON_LINK;
}

/** What `quality` and filters on the dimension quality leave together. A list is never just human, and may be empty. */
function narrowQuality(quality: CountedQuality, filter: Set<string> | undefined): 'human' | 'all' | Quality[] {
  const asked: readonly Quality[] = quality === 'all' ? QUALITIES : [quality];
  const left = filter ? asked.filter((one) => filter.has(one)) : [...asked];
  if (left.length === QUALITIES.length) return 'all';
  return left.length === 1 && left[0] === 'human' ? 'human' : [...left];
}

/** The links that are left, null where nothing was said about links. */
function linkIds(linkId: number | null, filter: Set<string> | undefined): number[] | null {
  if (!filter) return linkId === null ? null : [linkId];
  const ids = [...filter].filter((value) => /^[1-9]\d{0,14}$/.test(value)).map(Number);
  return linkId === null ? ids : ids.filter((id) => id === linkId);
}

function valueFilter(sqlite: Database, dimension: Exclude<Dimension, 'link'>, values: Set<string>): ColumnFilter {
  const find = sqlite.query<{ id: number }, [number, string]>(
    'SELECT id FROM dimension_values WHERE dimension = ? AND value = ?',
  );
  const ids: number[] = [];
  for (const value of values) {
    const id = value === '' ? 0 : find.get(DIMENSIONS[dimension], value)?.id;
    if (id !== undefined) ids.push(id);
  }
  return { column: dimension, ids };
}
