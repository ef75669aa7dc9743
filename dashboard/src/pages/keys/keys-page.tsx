import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function KeysPage() {
  return <Page title={t('shell.pages.keys')}>{null}</Page>;
}
