import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Totals } from '@waymark/contract/v1/analytics';
import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react';
import { queries } from '../../api/queries.ts';
import { paths } from '../../app/paths.ts';
import { usePreferences } from '../../app/preferences.ts';
import { TimeChart } from '../../charts/time-chart.tsx';
import { Freshness } from '../../components/freshness.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useNow } from '../../components/use-now.ts';
import { formatChange, formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { chartPeriod, dayBefore } from './periods.ts';

const TILES_EVERY_MS = 15_000;

/** The last 24 hours beside the 24 before, in figures and by hour. */
export function LastDayCard() {
  const now = useNow(60_000);
  const { timeZone: tz } = usePreferences();
  const human = useQuery({ ...queries.totals({ from: dayBefore(now) }), refetchInterval: TILES_EVERY_MS });
  const all = useQuery({
    ...queries.totals({ from: dayBefore(now), quality: 'all' }),
    refetchInterval: TILES_EVERY_MS,
  });
  const hours = useQuery({
    ...queries.timeseries({ from: chartPeriod(now), interval: 'hour', tz }),
    refetchInterval: 60_000,
  });
  return (
    <Card
      title={t('home.day.title')}
      actions={
        <div className="flex flex-wrap items-center gap-3">
          <Freshness asOf={human.data?.asOf} />
          <Link {...paths.analytics()} className="text-xs text-muted underline">
            {t('home.day.more')}
          </Link>
        </div>
      }
    >
      <QueryView query={human} skeleton={<Skeleton className="h-16" />} empty={null}>
        {({ data }) => (
          <dl className="grid grid-cols-1 gap-3 sm:grid-cols-3">
            <Tile label={t('home.day.clicks')} now={data.clicks} before={data.previous.clicks} />
            <Tile label={t('home.day.visitors')} now={data.visitors} before={data.previous.visitors} />
            <AllTile all={all.data} />
          </dl>
        )}
      </QueryView>
      <div className="mt-4">
        <QueryView query={hours} skeleton={<Skeleton className="h-[220px]" />} empty={null}>
          {({ data }) => {
            const points = data.map(({ start, clicks }) => ({ start, value: clicks }));
            return (
              <TimeChart
                label={t('home.day.chart')}
                interval="hour"
                tz={tz}
                now={now}
                height={220}
                series={[
                  { name: t('home.day.now'), points: points.slice(-24), kind: 'main' },
                  { name: t('home.day.before'), points: points.slice(0, -24), kind: 'compare' },
                ]}
              />
            );
          }}
        </QueryView>
      </div>
      <p aria-hidden className="mt-1 flex flex-wrap gap-x-5 text-xs text-muted">
        <span className="inline-flex items-center gap-2">
          <span className="w-5 border-t-2 border-chart-1" /> {t('home.day.now')}
        </span>
        <span className="inline-flex items-center gap-2">
          <span className="w-5 border-t-2 border-dashed border-chart-2" /> {t('home.day.before')}
        </span>
      </p>
    </Card>
  );
}

function AllTile({ all }: { all: Totals | undefined }) {
  if (all === undefined) return <Skeleton className="h-16" />;
  return <Tile label={t('home.day.all')} now={all.data.clicks} before={all.data.previous.clicks} />;
}

function Tile({ label, now, before }: { label: string; now: number; before: number }) {
  const change = formatChange(now, before);
  const Arrow = now > before ? ArrowUpRight : now < before ? ArrowDownRight : ArrowRight;
  return (
    <div className="rounded-lg bg-sunken/60 px-3 py-2">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="flex flex-wrap items-baseline gap-x-2 tabular-nums">
        <span className="text-2xl font-semibold tracking-tight">{formatCount(now)}</span>
        <span className="inline-flex items-center gap-0.5 text-xs text-muted">
          <Arrow aria-hidden className="size-3.5" />
          {change !== null && `${change} · `}
          {t('home.day.was', { count: before })}
        </span>
      </dd>
    </div>
  );
}
