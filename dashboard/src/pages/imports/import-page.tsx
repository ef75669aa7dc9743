import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';

export function ImportPage() {
  return <Page title={t('shell.pages.imports')}>{null}</Page>;
}
