import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function AnalyticsPage() {
  return <Page title={t('shell.pages.analytics')}>{null}</Page>;
}
