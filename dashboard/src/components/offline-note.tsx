import { CloudOff } from 'lucide-react';
import { createContext, use, useSyncExternalStore } from 'react';
import type { Reachability } from '../api/reachability.ts';
import { t } from '../i18n/index.ts';

/** Whether the server answers; provided once, around the whole page. */
export const ReachabilityContext = createContext<Pick<Reachability, 'isAway' | 'onChange'>>({
  isAway: () => false,
  onChange: () => () => {},
});

/** Says while no answer comes from the server that what is shown may be old. */
export function OfflineNote() {
  const { isAway, onChange } = use(ReachabilityContext);
  const away = useSyncExternalStore(onChange, isAway);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 top-16 z-40 flex justify-center lg:top-auto lg:bottom-4"
    >
      {away && (
        <p className="flex max-w-lg items-start gap-2.5 rounded-lg border border-warn/50 bg-warn-soft px-4 py-2.5 text-sm shadow-raised">
          <CloudOff aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          {t('errors.offline')}
        </p>
      )}
    </div>
  );
}
