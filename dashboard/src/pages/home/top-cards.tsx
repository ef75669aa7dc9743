import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Dimension } from '@waymark/contract';
import type { Top } from '@waymark/contract/v1/analytics';
import type { ReactNode } from 'react';
import { queries } from '../../api/queries.ts';
import { paths } from '../../app/paths.ts';
import { QueryView } from '../../components/query-view.tsx';
import { useNow } from '../../components/use-now.ts';
import { formatCount } from '../../format/numbers.ts';
import { valueMark, valueName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { dayBefore } from './periods.ts';

const ROWS = 6;

/** Which links were clicked in the last 24 hours, and where from. */
export function TopCards() {
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <TopCard dimension="link" title={t('home.top.links')}>
        {({ value, code, title }) => (
          <Link {...paths.link(value)} className="truncate hover:underline">
            <span className="font-medium">{code ?? value}</span>
            {title && <span className="ml-2 text-muted">{title}</span>}
          </Link>
        )}
      </TopCard>
      <TopCard dimension="country" title={t('home.top.countries')}>
        {({ value }) => (
          <Link {...paths.analytics({ country: value })} className="truncate hover:underline">
            <Mark text={valueMark('country', value) ?? '·'} className="mr-2" />
            {valueName('country', value)}
          </Link>
        )}
      </TopCard>
      <TopCard dimension="referrer" title={t('home.top.referrers')}>
        {({ value }) => (
          <Link {...paths.analytics({ referrer: value })} className="truncate hover:underline">
            {valueName('referrer', value)}
          </Link>
        )}
      </TopCard>
    </div>
  );
}

type Row = Top['data'][number];

function TopCard({
  dimension,
  title,
  children,
}: {
  dimension: Dimension;
  title: string;
  children: (row: Row) => ReactNode;
}) {
  const top = useQuery({
    ...queries.top({ dimension, from: dayBefore(useNow(60_000)), limit: ROWS }),
    refetchInterval: 30_000,
  });
  return (
    <Card title={title} actions={<span className="text-xs text-muted">{t('home.top.period')}</span>}>
      <QueryView
        query={top}
        skeleton={<Skeleton className="h-54" />}
        empty={{
          when: ({ data }) => data.length === 0,
          view: <p className="py-6 text-center text-sm text-muted">{t('home.top.empty')}</p>,
        }}
      >
        {({ data }) => (
          <ol className="flex min-h-54 flex-col">
            {data.map((row) => (
              <li key={row.value} className="relative flex h-9 items-center gap-3 px-2 text-sm">
                <span
                  aria-hidden
                  className="absolute inset-y-0.5 left-0 rounded bg-accent-soft"
                  style={{ width: `${(row.clicks / Math.max(1, data[0]?.clicks ?? 1)) * 100}%` }}
                />
                <span className="relative flex min-w-0 flex-1">{children(row)}</span>
                <span className="relative tabular-nums">
                  {formatCount(row.clicks)}
                  <span className="sr-only"> {t('common.clicksName')}</span>
                </span>
              </li>
            ))}
          </ol>
        )}
      </QueryView>
    </Card>
  );
}
