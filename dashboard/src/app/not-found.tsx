import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { ErrorState } from '../components/error-state.tsx';
import { Page } from '../components/page.tsx';
import { t } from '../i18n/index.ts';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

/** An address that leads to no page. */
export function NotFound() {
  return (
    <Page title={t('errors.notFoundTitle')}>
      <EmptyState
        icon={<Compass />}
        text={t('errors.notFoundText')}
        action={
          <Link to="/" className={buttonClass('primary')}>
            {t('errors.toHome')}
          </Link>
        }
      />
    </Page>
  );
}

/** A page that could not be shown at all. */
export function PageError({ error, reset }: { error: unknown; reset(): void }) {
  return (
    <Page title={t('errors.pageTitle')}>
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          location.reload();
        }}
      />
    </Page>
  );
}
