import type { Link } from '@waymark/contract/v1/links';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { formatAgo, formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { type LinkState, statesOf } from './link-state.ts';

const TONES = { inactive: 'neutral', quarantined: 'danger', expired: 'danger', expires: 'warn' } as const;

/** What keeps a link from redirecting, or "Active". */
export function LinkBadges({ link }: { link: Link }) {
  const now = useNow(HALF_MINUTE_MS);
  const states = statesOf(link, now);
  return (
    <ul aria-label={t('link.state.label')} className="flex flex-wrap gap-1.5">
      {!states.some(({ kind }) => kind !== 'expires') && (
        <li>
          <Badge tone="good">{t('link.state.active')}</Badge>
        </li>
      )}
      {states.map((state) => (
        <li key={state.kind} {...('at' in state && { title: formatExact(state.at) })}>
          <Badge tone={TONES[state.kind]}>{words(state, now)}</Badge>
        </li>
      ))}
    </ul>
  );
}

function words(state: LinkState, now: number): string {
  switch (state.kind) {
    case 'inactive':
      return t('link.state.inactive');
    case 'quarantined':
      return t('link.state.quarantined', { reason: state.reason });
    case 'expired':
      return t('link.state.expired', { ago: formatAgo(state.at, now) });
    case 'expires':
      return t('link.state.expires', { ago: formatAgo(state.at, now) });
  }
}
