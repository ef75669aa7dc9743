import { useQuery } from '@tanstack/react-query';
import { ChartNoAxesColumn, Table2 } from 'lucide-react';
import { useState } from 'react';
import { queries } from '../../api/queries.ts';
import { hourName, WeekHeat, weekdayName } from '../../charts/week-heat.tsx';
import { DataTable, TableActions } from '../../components/data-table.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import type { Rows } from '../../format/delimited.ts';
import { t } from '../../i18n/index.ts';
import { IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { View } from './use-analytics.ts';
import { bestHour, weekOf } from './week.ts';

const DAY_MS = 86_400_000;
/** Source: ANALYTICS_LIMITS.bucketsMax in server/src/clicks/analytics.ts, in hours. */
const FILTERED_DAYS_MAX = 200;

/** Which hours of the week people click in. */
export function HeatCard({ view }: { view: View }) {
  const { question, filters, tz, period, refetch } = view;
  const [isTable, setTable] = useState(false);
  const isFiltered = filters.length > 0;
  const isTooLong = isFiltered && period.to - period.from > FILTERED_DAYS_MAX * DAY_MS;
  const { filter: _, ...range } = question;
  const plain = useQuery({ ...queries.weekHours({ ...range, tz }), ...refetch, enabled: !isFiltered });
  // The week itself is kept without filters, so under a filter it is made from single hours.
  const hours = useQuery({
    ...queries.timeseries({ ...question, interval: 'hour', tz }),
    enabled: isFiltered && !isTooLong,
  });
  const query = isFiltered ? hours : plain;
  const week = isFiltered ? hours.data && weekOf(hours.data.data, tz) : plain.data?.data;
  const best = week && bestHour(week);
  const rows: Rows = [
    [t('analytics.heat.hour'), ...[0, 1, 2, 3, 4, 5, 6].map((day) => weekdayName(day, 'short'))],
    ...Array.from({ length: 24 }, (_unused, hour) => [hourName(hour), ...(week ?? []).map((day) => day[hour] ?? 0)]),
  ];
  return (
    <Card
      title={t('analytics.cards.heat')}
      actions={
        <div className="flex items-center gap-1">
          <IconButton
            size="small"
            label={t(isTable ? 'common.asChart' : 'common.asTable')}
            icon={isTable ? <ChartNoAxesColumn aria-hidden /> : <Table2 aria-hidden />}
            onClick={() => setTable(!isTable)}
          />
          {week && <TableActions name="week-hours" rows={rows} />}
        </div>
      }
    >
      {isTooLong ? (
        <p className="py-10 text-center text-sm text-muted">
          {t('analytics.heat.tooLong', { count: FILTERED_DAYS_MAX })}
        </p>
      ) : week === undefined ? (
        query.error !== null ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <div role="status" aria-label={t('common.loading')}>
            <Skeleton className="h-60" />
          </div>
        )
      ) : (
        <div className={query.isPlaceholderData ? 'opacity-60' : ''}>
          <p className="mb-2 text-sm text-muted">
            {best === null || best === undefined
              ? t('analytics.nothing')
              : t('analytics.heat.best', {
                  day: weekdayName(best.day, 'long'),
                  hour: `${hourName(best.hour)}–${hourName((best.hour + 1) % 24)}`,
                  count: best.clicks,
                })}{' '}
            {t('analytics.heat.zone', { tz: tz.replaceAll('_', ' ') })}
          </p>
          {isTable ? (
            <DataTable caption={t('analytics.cards.heat')} rows={rows} height={320} />
          ) : (
            <WeekHeat label={t('analytics.cards.heat')} week={week} />
          )}
        </div>
      )}
    </Card>
  );
}
