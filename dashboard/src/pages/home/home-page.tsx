import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AttentionCard } from './attention-card.tsx';
import { FirstSteps } from './first-steps.tsx';
import { LastDayCard } from './last-day-card.tsx';
import { LiveCard } from './live-card.tsx';
import { QuickShorten } from './quick-shorten.tsx';
import { TodayCard } from './today-card.tsx';
import { TopCards } from './top-cards.tsx';

/** What happens just now, what happened in the last day, and what needs a look. */
export function HomePage() {
  const links = useQuery({
    queryKey: ['links', 'any'],
    queryFn: async ({ signal }) => (await api.links.list({ limit: 1, signal })).data.length > 0,
  });
  return (
    <Page title={t('shell.pages.home')}>
      <QuickShorten />
      {links.data === undefined && links.error !== null && (
        <ErrorState error={links.error} onRetry={() => void links.refetch()} />
      )}
      {links.data === undefined && links.error === null && <Skeleton className="h-96" />}
      {links.data === false && <FirstSteps />}
      {links.data === true && (
        <>
          <AttentionCard />
          <div className="grid gap-4 lg:grid-cols-3">
            <TodayCard />
            <LiveCard />
          </div>
          <LastDayCard />
          <TopCards />
        </>
      )}
    </Page>
  );
}
