import { getRouteApi } from '@tanstack/react-router';
import { Activity } from 'lucide-react';
import { LiveState } from '../../components/live-state.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { t } from '../../i18n/index.ts';
import { useLiveStatus } from '../../live/use-live.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ActivityFilters } from './activity-filters.tsx';
import type { ActivitySearch } from './activity-search.ts';
import { EventList } from './event-list.tsx';
import { useActivity } from './use-activity.ts';

const route = getRouteApi('/shell/activity');

/** What happened, newest first. */
export function ActivityPage() {
  const search: ActivitySearch = route.useSearch();
  const navigate = route.useNavigate();
  const activity = useActivity(search);
  const status = useLiveStatus();
  const change = (next: ActivitySearch) => void navigate({ search: next, replace: true });
  const isNarrowed = search.link !== undefined || search.type !== undefined;
  return (
    <Page title={t('shell.pages.activity')} subtitle={t('activity.subtitle')} actions={<LiveState status={status} />}>
      <ActivityFilters key={search.type === undefined ? 'all' : 'typed'} search={search} onChange={change} />
      <QueryView
        query={activity.list}
        skeleton={<Skeleton className="h-[70vh]" />}
        empty={{
          when: () => activity.rows.length === 0 && (activity.added?.events.length ?? 0) === 0,
          view: (
            <EmptyState
              icon={<Activity />}
              title={t(isNarrowed ? 'activity.noneTitle' : 'activity.emptyTitle')}
              text={t(isNarrowed ? 'activity.noneText' : 'activity.emptyText')}
              action={isNarrowed && <Button onClick={() => change({})}>{t('activity.clear')}</Button>}
            />
          ),
        }}
      >
        {() => <EventList activity={activity} />}
      </QueryView>
    </Page>
  );
}
