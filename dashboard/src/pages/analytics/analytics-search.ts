import { DIMENSIONS, type Dimension, QUALITIES } from '@waymark/contract';
import { many, one } from '../../app/search-params.ts';

export const PRESETS = ['today', '24h', '7d', '30d', '90d', 'month', 'last-month', '12mo', 'all'] as const;
export type Preset = (typeof PRESETS)[number];
export const INTERVALS = ['hour', 'day', 'week', 'month'] as const;
export const COUNTED = [...QUALITIES, 'all'] as const;

/** What the address says of the analytics. Whatever is left out has its default; `from` and `to` stand before `period`. */
export interface AnalyticsSearch {
  /** Id; absent: all links together. */
  link?: string;
  period?: Preset;
  /** A day as `2026-03-20` (of `to` the last one), or a time as RFC 3339. */
  from?: string;
  to?: string;
  interval?: (typeof INTERVALS)[number];
  /** IANA zone. Default: that of the preferences. */
  tz?: string;
  quality?: (typeof COUNTED)[number];
  compare?: '1';
  metric?: 'visitors';
  /** `country:DE`. */
  filter?: string[];
  /** Whether the chart is shown as a table. */
  table?: '1';
  /** Chosen tabs of the lists. */
  places?: 'map' | 'country' | 'region' | 'city';
  technology?: 'device' | 'browser' | 'os';
  sources?: 'referrer' | 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_term' | 'utm_content';
  /** Of which dimension all values are shown. */
  all?: Dimension;
}

export const PLACE_TABS = ['map', 'country', 'region', 'city'] as const;
export const TECHNOLOGY_TABS = ['device', 'browser', 'os'] as const;
export const SOURCE_TABS = ['referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;
const DIMENSION_NAMES = Object.keys(DIMENSIONS) as Dimension[];

export function analyticsSearch(raw: Record<string, unknown>): AnalyticsSearch {
  const pick = <T extends string>(name: string, values: readonly T[]): T | undefined => {
    const given = one(raw, name);
    return values.find((value) => value === given);
  };
  const [link, tz] = [one(raw, 'link'), one(raw, 'tz')];
  const filter = many(raw, 'filter').filter((pair) => dimensionOf(pair) !== null);
  return changed(
    {},
    {
      link: link !== undefined && /^[1-9]\d{0,14}$/.test(link) ? link : undefined,
      period: pick('period', PRESETS),
      from: one(raw, 'from'),
      to: one(raw, 'to'),
      interval: pick('interval', INTERVALS),
      tz: tz !== undefined && isTimeZone(tz) ? tz : undefined,
      quality: pick('quality', COUNTED),
      compare: pick('compare', ['1']),
      metric: pick('metric', ['visitors']),
      filter: filter.length > 0 ? [...new Set(filter)] : undefined,
      table: pick('table', ['1']),
      places: pick('places', PLACE_TABS),
      technology: pick('technology', TECHNOLOGY_TABS),
      sources: pick('sources', SOURCE_TABS),
      all: pick('all', DIMENSION_NAMES),
    },
  );
}

export type AnalyticsChange = { [K in keyof AnalyticsSearch]?: AnalyticsSearch[K] | undefined };

/** `search` with a change; what is undefined there goes. */
export function changed(search: AnalyticsSearch, change: AnalyticsChange): AnalyticsSearch {
  return Object.fromEntries(
    Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined),
  ) as AnalyticsSearch;
}

/** The dimension of a filter; null where it names none. */
export function dimensionOf(filter: string): Dimension | null {
  const colon = filter.indexOf(':');
  return DIMENSION_NAMES.find((name) => name === filter.slice(0, colon)) ?? null;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
