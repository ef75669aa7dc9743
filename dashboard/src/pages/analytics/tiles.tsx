import { useQuery } from '@tanstack/react-query';
import type { Totals } from '@waymark/contract/v1/analytics';
import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react';
import { queries } from '../../api/queries.ts';
import { formatChange, formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import type { View } from './use-analytics.ts';

const METRICS = ['clicks', 'visitors'] as const;

/** The figures of the period and how they stand to the one before. A tile says what the chart shows. */
export function Tiles({ view, totals }: { view: View; totals: Totals | undefined }) {
  const { search, change, questionBefore, refetch } = view;
  const earlier = useQuery({
    ...queries.totals(questionBefore ?? {}),
    ...refetch,
    enabled: questionBefore !== null,
  });
  const shown = search.metric ?? 'clicks';
  return (
    <div className="grid grid-cols-2 gap-2 sm:flex">
      {METRICS.map((metric) => (
        <button
          key={metric}
          type="button"
          aria-pressed={metric === shown}
          onClick={() => change({ metric: metric === 'visitors' ? 'visitors' : undefined })}
          className={classNames(
            'flex min-w-0 flex-col items-start rounded-lg border px-3 py-2 text-left sm:min-w-44',
            metric === shown ? 'border-accent bg-accent-soft' : 'border-line hover:bg-sunken',
          )}
        >
          <span className="text-sm text-muted">{t(`common.${metric}Name`)}</span>
          <span className="max-w-full text-xl font-semibold wrap-anywhere tabular-nums sm:text-2xl">
            {totals === undefined ? '–' : formatCount(totals.data[metric])}
          </span>
          <Change
            current={totals?.data[metric]}
            earlier={questionBefore === null ? undefined : earlier.data?.data[metric]}
          />
        </button>
      ))}
    </div>
  );
}

/** By arrow and words; its line is there before its words are. */
function Change({ current, earlier }: { current: number | undefined; earlier: number | undefined }) {
  if (current === undefined || earlier === undefined) return <span className="h-5" />;
  const change = formatChange(current, earlier);
  const Arrow = current > earlier ? ArrowUpRight : current < earlier ? ArrowDownRight : ArrowRight;
  const tone = current > earlier ? 'text-good' : current < earlier ? 'text-danger' : 'text-muted';
  return (
    <span className={`flex max-w-full items-center gap-1 text-xs ${tone}`}>
      <Arrow aria-hidden className="size-3.5 shrink-0" />
      <span className="sm:truncate" title={t('analytics.change.before', { count: formatCount(earlier) })}>
        {change === null
          ? t(current === 0 ? 'analytics.change.same' : 'analytics.change.fromNothing')
          : t('analytics.change.by', { change, count: formatCount(earlier) })}
      </span>
    </span>
  );
}
