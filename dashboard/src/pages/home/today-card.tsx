import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../api/queries.ts';
import { usePreferences } from '../../app/preferences.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { useNow } from '../../components/use-now.ts';
import { startOf } from '../../format/calendar.ts';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { useLiveClicks } from '../../live/use-live.ts';
import { Card } from '../../ui/card.tsx';
import { RollingNumber } from '../../ui/rolling-number.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { MinuteBars } from './minute-bars.tsx';
import { type PendingClicks, pendingOf, stillPending, sumOf } from './today-count.ts';

const TOTAL_EVERY_MS = 15_000;

/** Clicks since midnight where the reader is, rising as they come, and the last hour by minute. */
export function TodayCard() {
  const { timeZone } = usePreferences();
  const from = new Date(startOf('day', useNow(60_000), timeZone)).toISOString();
  const human = useQuery({ ...queries.totals({ from, quality: 'human' }), refetchInterval: TOTAL_EVERY_MS });
  const all = useQuery({ ...queries.totals({ from, quality: 'all' }), refetchInterval: TOTAL_EVERY_MS });
  const [pending, setPending] = useState<PendingClicks[]>([]);
  const asOf = Math.min(...[human, all].map(({ data }) => (data ? Date.parse(data.asOf) : 0)));
  useLiveClicks((clicks) => {
    const more = pendingOf(clicks, asOf);
    if (more !== null) setPending((before) => [...stillPending(before, asOf), more]);
  });
  const added = sumOf(stillPending(pending, asOf));
  const failed = human.data === undefined ? human.error : all.data === undefined ? all.error : null;
  const retry = () => void Promise.all([human.refetch(), all.refetch()]);
  return (
    <Card
      title={t('home.today.title')}
      className="flex flex-col [&>div:last-child]:flex [&>div:last-child]:flex-1 [&>div:last-child]:flex-col"
    >
      {failed !== null && <ErrorState error={failed} onRetry={retry} />}
      {failed === null && (human.data === undefined || all.data === undefined) && <Skeleton className="h-20" />}
      {human.data && all.data && (
        <div className="min-h-20">
          <RollingNumber
            text={formatCount(human.data.data.clicks + added.human)}
            className="text-4xl font-semibold tracking-tight"
          />
          <p className="mt-1 text-sm text-muted">
            {t('home.today.people', { zone: timeZone })}
            <br />
            {t('home.today.all', { count: all.data.data.clicks + added.all })}
          </p>
        </div>
      )}
      <MinuteBars />
    </Card>
  );
}
