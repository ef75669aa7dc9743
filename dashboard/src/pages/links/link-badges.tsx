import { LIMITS } from '@waymark/contract';
import type { Link } from '@waymark/contract/v1/links';
import { formatDate, formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { type LinkState, linkStates, restorableUntil } from './link-state.ts';

const TONES = {
  deleted: 'neutral',
  quarantined: 'danger',
  inactive: 'neutral',
  expired: 'warn',
  expiresSoon: 'warn',
} as const satisfies Record<LinkState, string>;

/** Why a link does not work, or soon will not, in words. Nothing for one that works. */
export function LinkBadges({ link, now }: { link: Link; now: number }) {
  return linkStates(link, now).map((state) => (
    <span key={state} title={reason(state, link)} className="inline-flex shrink-0">
      <Badge tone={TONES[state]}>{t(`links.states.${state}`)}</Badge>
    </span>
  ));
}

function reason(state: LinkState, { expiresAt, quarantineReason, deletedAt }: Link): string | undefined {
  if (state === 'quarantined') return quarantineReason ?? undefined;
  if (state === 'deleted' && deletedAt !== null) {
    return t('links.row.restorable', { when: formatDate(restorableUntil(deletedAt, LIMITS.restoreDays)) });
  }
  if (state === 'inactive' || expiresAt === null) return undefined;
  return t('links.row.expiresAt', { when: formatExact(expiresAt) });
}
