import type { Link } from '@waymark/contract/v1/links';
import { formatAgo, formatDate, formatExact } from '../format/dates.ts';
import { t } from '../i18n/index.ts';
import { Badge } from '../ui/badge.tsx';
import { type LinkState, linkStates } from './link-state.ts';
import { HALF_MINUTE_MS, useNow } from './use-now.ts';

const TONES = {
  deleted: 'neutral',
  inactive: 'neutral',
  quarantined: 'danger',
  expired: 'warn',
  expires: 'warn',
} as const satisfies Record<LinkState['kind'], string>;

/** Why a link does not work, or soon will not, in a word each; for rows. Nothing for one that works. */
export function LinkBadges({ link, now }: { link: Link; now: number }) {
  return linkStates(link, now)
    .filter((state) => state.kind !== 'expires' || state.isSoon)
    .map((state) => (
      <span key={state.kind} title={reason(state)} className="inline-flex shrink-0">
        <Badge tone={TONES[state.kind]}>{t(`links.states.${state.kind}`)}</Badge>
      </span>
    ));
}

function reason(state: LinkState): string | undefined {
  switch (state.kind) {
    case 'deleted':
      return t('links.row.restorable', { when: formatDate(state.restorableUntil) });
    case 'inactive':
      return undefined;
    case 'quarantined':
      return state.reason;
    case 'expired':
    case 'expires':
      return t('links.row.expiresAt', { when: formatExact(state.at) });
  }
}

/** How a link stands, with what is known of it; "Active" where nothing keeps it from leading on. */
export function LinkStateList({ link }: { link: Link }) {
  const now = useNow(HALF_MINUTE_MS);
  const states = linkStates(link, now);
  return (
    <ul aria-label={t('link.state.label')} className="flex flex-wrap gap-1.5">
      {states.every(({ kind }) => kind === 'expires') && (
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
    case 'deleted':
      return t('link.state.deleted');
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
