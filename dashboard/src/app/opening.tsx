import { t } from '../i18n/index.ts';
import { Skeleton } from '../ui/skeleton.tsx';

/** A page whose surroundings are not there yet either. */
export function Opening() {
  return (
    <div role="status" aria-label={t('common.loading')} className="flex min-h-dvh">
      <div className="hidden w-56 shrink-0 border-r border-line bg-surface p-3 lg:block">
        <Skeleton className="h-9" />
      </div>
      <div className="flex flex-1 flex-col gap-4 p-6">
        <Skeleton className="h-7 w-40" />
        <Skeleton className="h-96" />
      </div>
    </div>
  );
}
