import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ClickRangeOptions } from '@waymark/contract/v1/analytics-query';
import { useRef } from 'react';
import { queries } from '../../api/queries.ts';
import { usePreferences } from '../../app/preferences.ts';
import { useNow } from '../../components/use-now.ts';
import type { Interval } from '../../format/calendar.ts';
import { useLiveClicks } from '../../live/use-live.ts';
import { type AnalyticsChange, type AnalyticsSearch, changed } from './analytics-search.ts';
import { before, intervalsOf, type Period, periodOf } from './period.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const REFETCH_MS = 20_000;
/** Clicks that come in make numbers load again no more often than this. */
const LIVE_REFETCH_MS = 5000;

/** What the analytics look at, and how to look at something else. */
export interface View {
  search: AnalyticsSearch;
  change(change: AnalyticsChange): void;
  /** Id; null: all links together. */
  link: string | null;
  tz: string;
  now: number;
  period: Period;
  interval: Interval;
  /** Intervals that fit the period. */
  intervals: readonly Interval[];
  filters: readonly string[];
  question: ClickRangeOptions;
  /** The same about the period before; null where there is none. */
  questionBefore: ClickRangeOptions | null;
  /** For questions that are shown: asked again by itself while the period runs. */
  refetch: { refetchInterval: number | false };
}

/** Reads the address. `link`: the one link that the page is about. */
export function useAnalytics(
  link: string | undefined,
  search: AnalyticsSearch,
  onSearch: (next: AnalyticsSearch) => void,
): View {
  const preferences = usePreferences();
  const now = useNow(MINUTE_MS);
  const tz = search.tz ?? preferences.timeZone;
  const linkId = link ?? search.link;
  const first = useFirstClick(linkId, search.period === 'all' && search.from === undefined, now);
  const period = periodOf(search, now, tz, first);
  const { fit, best } = intervalsOf(period);
  const filters = search.filter ?? [];
  const ask = ({ from, to }: { from: number; to: number }): ClickRangeOptions => ({
    ...(linkId !== undefined && { link: linkId }),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    quality: search.quality ?? 'human',
    ...(filters.length > 0 && { filter: filters }),
  });
  const earlier = before(period, tz);
  return {
    search,
    change: (change) => onSearch(changed(search, change)),
    link: linkId ?? null,
    tz,
    now,
    period,
    interval: fit.find((interval) => interval === search.interval) ?? best,
    intervals: fit,
    filters,
    question: ask(period),
    questionBefore: earlier === null ? null : ask(earlier),
    refetch: { refetchInterval: period.end > now ? REFETCH_MS : false },
  };
}

/** The month of the first click, be it of ten years ago. Units: epoch ms; null while it is not known. */
function useFirstClick(link: string | undefined, enabled: boolean, now: number): number | null {
  const to = Math.ceil(now / DAY_MS) * DAY_MS;
  const { data } = useQuery({
    ...queries.timeseries({
      ...(link !== undefined && { link }),
      from: new Date(to - 3650 * DAY_MS),
      to: new Date(to),
      quality: 'all',
      interval: 'month',
    }),
    enabled,
  });
  const start = data?.data.find(({ clicks }) => clicks > 0)?.start;
  return start === undefined ? null : Date.parse(start);
}

/** Loads the numbers again soon after clicks have come in. */
export function useLiveNumbers({ period, now, link }: View): void {
  const queryClient = useQueryClient();
  const waiting = useRef(false);
  useLiveClicks(({ events }) => {
    const isOurs = period.end > now && events.some(({ linkId }) => link === null || linkId === link);
    if (!isOurs || waiting.current) return;
    waiting.current = true;
    setTimeout(() => {
      waiting.current = false;
      void queryClient.invalidateQueries({ queryKey: ['analytics'], refetchType: 'active' });
    }, LIVE_REFETCH_MS);
  });
}
