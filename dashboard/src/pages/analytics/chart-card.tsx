import { useQuery } from '@tanstack/react-query';
import type { Timeseries, Totals } from '@waymark/contract/v1/analytics';
import { ChartSpline, ImageDown, Table2, ZoomOut } from 'lucide-react';
import { useRef } from 'react';
import { queries } from '../../api/queries.ts';
import { TimeChart, type TimeChartHandle } from '../../charts/time-chart.tsx';
import type { TimeSeries } from '../../charts/time-series.ts';
import { SeriesMark } from '../../charts/time-tooltip.tsx';
import { DataTable, TableActions } from '../../components/data-table.tsx';
import { download } from '../../components/download.ts';
import { Freshness } from '../../components/freshness.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { formatBucket } from '../../format/buckets.ts';
import type { Rows } from '../../format/delimited.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AnswerNotes } from './answer-notes.tsx';
import { addressOf } from './period.ts';
import { periodName } from './period-menu.tsx';
import { Tiles } from './tiles.tsx';
import type { View } from './use-analytics.ts';

const HEIGHT = 280;

/** The figures and how they came about over time. */
export function ChartCard({ view, totals }: { view: View; totals: Totals | undefined }) {
  const { search, change, question, questionBefore, interval, intervals, tz, now, period, refetch } = view;
  const chart = useRef<TimeChartHandle>(null);
  const metric = search.metric ?? 'clicks';
  const isCompared = search.compare !== undefined && questionBefore !== null;
  const current = useQuery({ ...queries.timeseries({ ...question, interval, tz }), ...refetch });
  const earlier = useQuery({
    ...queries.timeseries({ ...(questionBefore ?? question), interval, tz }),
    enabled: isCompared,
  });
  const seriesOf = (answer: Timeseries, kind: TimeSeries['kind']): TimeSeries => ({
    kind,
    name: t(kind === 'main' ? `common.${metric}Name` : 'analytics.before'),
    points: answer.data.map((point) => ({ start: point.start, value: point[metric] })),
  });
  const seriesFor = (answer: Timeseries) => [
    seriesOf(answer, 'main'),
    ...(isCompared && earlier.data ? [seriesOf(earlier.data, 'compare')] : []),
  ];
  const title = `${t(`common.${metric}Name`)} · ${periodName(period, tz)}`;
  const nextInterval = intervals[(intervals.indexOf(interval) + 1) % intervals.length];
  useShortcut({ keys: 'i', label: t('analytics.interval.next'), group: t('analytics.keys.title') }, () =>
    change({ interval: nextInterval }),
  );
  const zoom = (from: string, to: string) =>
    change({ period: undefined, interval: undefined, ...addressOf(Date.parse(from), Date.parse(to), tz) });
  const savePicture = async () => {
    const picture = await chart.current?.toPng(title);
    if (picture) download('clicks.png', picture);
  };

  return (
    <Card
      title={t('analytics.overTime')}
      hideTitle
      actions={<Tiles view={view} totals={totals} />}
      className="[&_>div:first-child]:pt-4"
    >
      <div className="mt-1 mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Legend isCompared={isCompared} metric={metric} />
        <Freshness asOf={totals?.asOf} />
        <span className="flex-1 max-sm:hidden" />
        {search.from !== undefined && (
          <IconButton
            size="small"
            label={t('analytics.zoomOut')}
            icon={<ZoomOut aria-hidden />}
            onClick={() => change({ from: undefined, to: undefined, interval: undefined })}
          />
        )}
        {intervals.length > 1 && (
          <Segmented
            label={t('analytics.interval.title')}
            value={interval}
            onChange={(next) => change({ interval: next })}
            choices={intervals.map((value) => ({ value, label: t(`analytics.interval.${value}`) }))}
          />
        )}
        <div className="ml-auto flex items-center gap-x-3">
          <IconButton
            size="small"
            label={t(search.table ? 'common.asChart' : 'common.asTable')}
            icon={search.table ? <ChartSpline aria-hidden /> : <Table2 aria-hidden />}
            onClick={() => change({ table: search.table ? undefined : '1' })}
          />
          {search.table && current.data ? (
            <TableActions name="clicks-over-time" rows={rowsOf(current.data, earlier.data, isCompared, tz)} />
          ) : (
            <IconButton
              size="small"
              label={t('analytics.savePicture')}
              icon={<ImageDown aria-hidden />}
              onClick={() => void savePicture()}
            />
          )}
        </div>
      </div>
      <QueryView query={current} skeleton={<Skeleton className="h-70" />} empty={null}>
        {(answer) =>
          search.table ? (
            <DataTable caption={title} rows={rowsOf(answer, earlier.data, isCompared, tz)} height={HEIGHT} />
          ) : (
            <TimeChart
              ref={chart}
              label={title}
              series={seriesFor(answer)}
              interval={answer.interval as View['interval']}
              tz={tz}
              now={now}
              height={HEIGHT}
              onZoom={zoom}
            />
          )
        }
      </QueryView>
      <AnswerNotes totals={totals} metric={metric} tz={tz} />
    </Card>
  );
}

function Legend({ isCompared, metric }: { isCompared: boolean; metric: 'clicks' | 'visitors' }) {
  if (!isCompared) return null;
  return (
    <ul className="flex gap-4 text-xs text-muted">
      <li className="flex gap-1.5">
        <SeriesMark kind="main" /> {t(`common.${metric}Name`)}
      </li>
      <li className="flex gap-1.5">
        <SeriesMark kind="compare" /> {t('analytics.before')}
      </li>
    </ul>
  );
}

function rowsOf(answer: Timeseries, earlier: Timeseries | undefined, isCompared: boolean, tz: string): Rows {
  const interval = answer.interval as View['interval'];
  const heading = [t('analytics.time'), t('common.clicksName'), t('common.visitorsName')];
  const other = [t('analytics.beforeClicks'), t('analytics.beforeVisitors')];
  return [
    isCompared ? [...heading, ...other] : heading,
    ...answer.data.map(({ start, clicks, visitors }, index) => {
      const row = [formatBucket(Date.parse(start), interval, tz), clicks, visitors];
      const was = earlier?.data[index];
      return isCompared ? [...row, was?.clicks ?? '–', was?.visitors ?? '–'] : row;
    }),
  ];
}
