import { useQuery } from '@tanstack/react-query';
import { ChartNoAxesCombined } from 'lucide-react';
import { queries } from '../../api/queries.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { AllValues } from './all-values.tsx';
import { type AnalyticsSearch, SOURCE_TABS, TECHNOLOGY_TABS } from './analytics-search.ts';
import { ChartCard } from './chart-card.tsx';
import { FilterPills } from './filter-pills.tsx';
import { HeatCard } from './heat-card.tsx';
import { PlacesCard } from './places-card.tsx';
import { QualityCard } from './quality-card.tsx';
import { Toolbar } from './toolbar.tsx';
import { TopCard } from './top-card.tsx';
import { useAnalytics, useLiveNumbers, type View } from './use-analytics.ts';

export interface AnalyticsViewProps {
  /** Id of the one link that the page is about; absent: the address may name one. */
  link?: string;
  search: AnalyticsSearch;
  /** Takes what the address is to say from then on. */
  onSearch(next: AnalyticsSearch): void;
}

/** Everything that is known of clicks: how many, when, from where, by what, and how sure that is. */
export function AnalyticsView({ link, search, onSearch }: AnalyticsViewProps) {
  const view = useAnalytics(link, search, onSearch);
  useLiveNumbers(view);
  const totals = useQuery({ ...queries.totals(view.question), ...view.refetch });
  const isEmpty = totals.data?.data.clicks === 0 && view.filters.length === 0;
  return (
    <div className="flex flex-col gap-4">
      <Toolbar view={view} canPickLink={link === undefined} />
      <FilterPills view={view} />
      <ChartCard view={view} totals={totals.data} />
      {isEmpty ? <NoClicks view={view} /> : <Cards view={view} />}
      {search.all !== undefined && <AllValues key={search.all} view={view} dimension={search.all} />}
    </div>
  );
}

function Cards({ view }: { view: View }) {
  const { search, change, link } = view;
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      {link === null && (
        <TopCard view={view} title={t('analytics.cards.links')} tabs={['link']} tab="link" onTab={() => {}} />
      )}
      <TopCard
        view={view}
        title={t('analytics.cards.sources')}
        tabs={SOURCE_TABS}
        tab={search.sources ?? 'referrer'}
        onTab={(sources) => change({ sources: sources === 'referrer' ? undefined : sources })}
      />
      <PlacesCard view={view} />
      <TopCard
        view={view}
        title={t('analytics.cards.technology')}
        tabs={TECHNOLOGY_TABS}
        tab={search.technology ?? 'device'}
        onTab={(technology) => change({ technology: technology === 'device' ? undefined : technology })}
      />
      <TopCard view={view} title={t('analytics.cards.languages')} tabs={['language']} tab="language" onTab={() => {}} />
      <QualityCard view={view} />
      <div className={link === null ? 'min-w-0 lg:col-span-2' : 'min-w-0'}>
        <HeatCard view={view} />
      </div>
    </div>
  );
}

/** Says why there is nothing: no click at all, or none of these. */
function NoClicks({ view: { question, search, change } }: { view: View }) {
  const { filter: _, quality: __, ...range } = question;
  const all = useQuery(queries.totals({ ...range, quality: 'all' }));
  const { data: system } = useQuery(queries.system());
  const others = all.data?.data.clicks ?? 0;
  const isNew = system?.clicks.committed === 0;
  return (
    <EmptyState
      icon={<ChartNoAxesCombined />}
      title={t(isNew ? 'analytics.empty.newTitle' : 'analytics.empty.title')}
      text={
        isNew
          ? t('analytics.empty.newText')
          : others > 0
            ? t('analytics.empty.others', { count: others })
            : t('analytics.empty.text')
      }
      action={
        isNew ? undefined : others > 0 ? (
          <Button onClick={() => change({ quality: 'all' })}>{t('analytics.empty.showOthers')}</Button>
        ) : search.period === 'all' ? undefined : (
          <Button onClick={() => change({ period: 'all', from: undefined, to: undefined, interval: undefined })}>
            {t('analytics.empty.showAll')}
          </Button>
        )
      }
    />
  );
}
