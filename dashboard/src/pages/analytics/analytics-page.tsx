import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';
import { AnalyticsView } from './analytics-view.tsx';

export function AnalyticsPage() {
  const search = useSearch({ from: '/shell/analytics' });
  const navigate = useNavigate({ from: '/analytics' });
  return (
    <Page title={t('shell.pages.analytics')}>
      <AnalyticsView search={search} onSearch={(next) => void navigate({ search: next, resetScroll: false })} />
    </Page>
  );
}
