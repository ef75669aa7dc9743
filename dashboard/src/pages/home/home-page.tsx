import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function HomePage() {
  return <Page title={t('shell.pages.home')}>{null}</Page>;
}
