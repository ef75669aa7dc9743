import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function SystemPage() {
  return <Page title={t('shell.pages.system')}>{null}</Page>;
}
