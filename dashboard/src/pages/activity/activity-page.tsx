import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function ActivityPage() {
  return <Page title={t('shell.pages.activity')}>{null}</Page>;
}
