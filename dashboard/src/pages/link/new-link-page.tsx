import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function NewLinkPage() {
  return <Page title={t('shell.pages.links')}>{null}</Page>;
}
