import { TriangleAlert } from 'lucide-react';
import { errorText } from '../api/error-text.ts';
import { t } from '../i18n/index.ts';
import { Button } from '../ui/button.tsx';

/** A failed question in the place of its answer: what to do, a way to ask again, and what to quote. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const { text, requestId } = errorText(error);
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-6 py-8 text-center">
      <TriangleAlert aria-hidden className="size-6 text-warn" />
      <p className="text-sm font-medium">{t('errors.title')}</p>
      <p className="max-w-md text-sm text-muted">{text}</p>
      {requestId !== null && <p className="font-mono text-xs text-muted">{t('common.requestId', { id: requestId })}</p>}
      <Button size="small" className="mt-1" onClick={onRetry}>
        {t('common.retry')}
      </Button>
    </div>
  );
}
