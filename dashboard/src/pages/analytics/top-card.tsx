import { useQuery } from '@tanstack/react-query';
import type { Dimension } from '@waymark/contract';
import { Maximize2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { queries } from '../../api/queries.ts';
import { QueryView } from '../../components/query-view.tsx';
import { TopList } from '../../components/top-list.tsx';
import { dimensionName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { pickedOf, toggled, without } from './filters.ts';
import { rowsOf } from './top-rows.ts';
import type { View } from './use-analytics.ts';

const ROWS = 8;

export interface TopCardProps<T extends string> {
  view: View;
  title: string;
  tabs: readonly T[];
  tab: T;
  onTab(tab: T): void;
  /** What a tab that is no dimension shows. */
  other?: Partial<Record<T, { label: string; view: ReactNode }>>;
  /** Below the lists. */
  foot?: ReactNode;
}

/** Lists of what clicks were most, a tab for each dimension. A row that is chosen narrows everything down to it. */
export function TopCard<T extends string>({ view, title, tabs, tab, onTab, other, foot }: TopCardProps<T>) {
  const own = other?.[tab];
  const content = own === undefined ? <TopOf key={tab} view={view} dimension={tab as Dimension & T} /> : own.view;
  return (
    <Card
      title={title}
      className="flex flex-col [&>div:last-child]:flex [&>div:last-child]:flex-1 [&>div:last-child]:flex-col"
    >
      {tabs.length === 1 ? (
        content
      ) : (
        <Tabs
          label={title}
          value={tab}
          onChange={onTab}
          tabs={tabs.map((value) => ({ value, label: other?.[value]?.label ?? dimensionName(value as Dimension & T) }))}
        >
          {content}
        </Tabs>
      )}
      {foot}
    </Card>
  );
}

function TopOf({ view: { question, filters, change, refetch }, dimension }: { view: View; dimension: Dimension }) {
  // Its own filters are left out, so that alternatives can be seen and chosen.
  const asked = { ...question, filter: without(filters, dimension) };
  const query = useQuery({ ...queries.top({ ...asked, dimension, limit: ROWS }), ...refetch });
  const { data: totals } = useQuery(queries.totals(asked.filter.length > 0 ? asked : withoutFilter(question)));
  return (
    <QueryView
      query={query}
      skeleton={<Skeleton className="h-76" />}
      empty={{ when: ({ data }) => data.length === 0, view: <Nothing /> }}
    >
      {(top) => (
        <div className="flex sm:min-h-76 flex-col justify-between gap-2">
          <TopList
            label={dimensionName(dimension)}
            rows={rowsOf(dimension, top)}
            {...(totals && { total: totals.data.clicks })}
            picked={pickedOf(filters, dimension)}
            onPick={(value) => change({ filter: toggled(filters, dimension, value) })}
          />
          {isUnknownOnly(dimension, top.data) && <p className="text-sm text-muted">{t('analytics.countriesOnly')}</p>}
          {top.data.length >= ROWS && (
            <Button
              kind="quiet"
              size="small"
              className="self-center text-muted"
              icon={<Maximize2 aria-hidden className="size-3.5" />}
              aria-label={t('analytics.showAllOf', { what: dimensionName(dimension) })}
              onClick={() => change({ all: dimension })}
            >
              {t('analytics.showAll')}
            </Button>
          )}
        </div>
      )}
    </QueryView>
  );
}

/** The same question without filters: its answer is that of the tiles, which is there already. */
function withoutFilter({ filter: _, ...range }: View['question']): View['question'] {
  return range;
}

/** A database of countries knows neither regions nor cities. */
function isUnknownOnly(dimension: Dimension, rows: readonly { value: string }[]): boolean {
  return (dimension === 'region' || dimension === 'city') && rows.length === 1 && rows[0]?.value === '';
}

function Nothing() {
  return <p className="flex sm:min-h-76 items-center justify-center text-sm text-muted">{t('analytics.nothing')}</p>;
}
