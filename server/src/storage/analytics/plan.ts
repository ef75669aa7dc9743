import { type Dimension, QUALITIES, type Quality } from '@waymark/contract';
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

/** A dimension and one of its values as text, never empty. */
export type NamedValue = [dimension: Exclude<Dimension, 'link'>, value: string];

type Asked = Pick<ClickRange, 'linkId' | 'filters' | 'quality'>;

interface ReadFilters {
  quality: 'human' | 'all' | readonly Quality[];
  links: readonly number[] | null;
  /** Texts by dimension, quality and link left out. */
  values: ReadonlyMap<Exclude<Dimension, 'link'>, ReadonlySet<string>>;
}

/** The values whose ids a plan needs. */
export function valuesNamed(asked: Asked): NamedValue[] {
  const { quality, values } = readFilters(asked);
  const named = [...values].flatMap(([dimension, texts]) => [...texts].map((text): NamedValue => [dimension, text]));
  for (const one of qualitiesOf(quality)) named.push(['quality', one]);
  return named.filter(([, text]) => text !== '');
}

/**
 * Turns filters and quality into a plan. `idOf` knows the values of `valuesNamed`; undefined for one that no click has.
 * `rowsOnly` for questions that no series answers.
 */
export function planClicks(asked: Asked, idOf: (...value: NamedValue) => number | undefined, rowsOnly = false): Plan {
  const { quality, links, values } = readFilters(asked);
  const filterOf = (dimension: Exclude<Dimension, 'link'>, texts: Iterable<string>): ColumnFilter => {
    const ids = [...texts].map((text) => (text === '' ? 0 : idOf(dimension, text)));
    return { column: dimension, ids: ids.filter((id) => id !== undefined) };
  };

  // One link asked for by filter is the same question as one link.
  const linkId = links?.length === 1 ? (links[0] ?? null) : asked.linkId;
  const filters: ColumnFilter[] = [];
  if (links !== null && links.length !== 1) filters.push({ column: 'link_id', ids: links });
  for (const [dimension, texts] of values) filters.push(filterOf(dimension, texts));
  const human = quality === 'human';
  const all = quality === 'all' ? filters : [...filters, filterOf('quality', qualitiesOf(quality))];
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

function readFilters({ linkId, filters, quality }: Asked): ReadFilters {
  const texts = new Map<Dimension, Set<string>>();
  for (const { dimension, value } of filters) {
    texts.set(dimension, (texts.get(dimension) ?? new Set()).add(value));
  }
  const values = new Map<Exclude<Dimension, 'link'>, Set<string>>();
  for (const [dimension, some] of texts) {
    if (dimension !== 'link' && dimension !== 'quality') values.set(dimension, some);
  }
  return {
    quality: narrowQuality(quality, texts.get('quality')),
    links: linkIds(linkId, texts.get('link')),
    values,
  };
}

function qualitiesOf(quality: ReadFilters['quality']): readonly Quality[] {
  if (quality === 'all') return [];
  return quality === 'human' ? ['human'] : quality;
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
