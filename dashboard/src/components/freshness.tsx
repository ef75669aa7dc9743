import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';
import { formatAgo, formatExact } from '../format/dates.ts';
import { t } from '../i18n/index.ts';
import { classNames } from '../ui/class-names.ts';
import { Tooltip } from '../ui/tooltip.tsx';
import { useNow } from './use-now.ts';

/** An answer that is younger than this counts as live. */
const LIVE_MS = 5000;

/** How fresh numbers are: "live" or since when, and how many clicks are still on their way into them. */
export function Freshness({ asOf }: { asOf: string | undefined }) {
  const now = useNow();
  const { data: system } = useQuery(queries.system());
  if (asOf === undefined) return null;
  const isLive = now - Date.parse(asOf) < LIVE_MS;
  const inFlight = system?.clicks.inFlight ?? 0;
  return (
    <span className="inline-flex items-center gap-2 text-xs text-muted">
      <Tooltip text={t('analytics.fresh.asOf', { when: formatExact(asOf) })}>
        <button type="button" className="inline-flex h-6 cursor-default items-center gap-1.5 rounded px-1 tabular-nums">
          <span
            aria-hidden
            className={classNames('size-2 rounded-full', isLive ? 'bg-good' : 'border border-line-strong')}
          />
          {isLive ? t('analytics.fresh.live') : formatAgo(asOf, now)}
        </button>
      </Tooltip>
      {inFlight > 0 && <span>{t('analytics.fresh.inFlight', { count: inFlight })}</span>}
    </span>
  );
}
