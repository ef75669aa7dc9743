import type { Totals } from '@waymark/contract/v1/analytics';
import { Info } from 'lucide-react';
import { formatDateTime } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';

/** What must be known to read the figures right: only what applies is said. */
export function AnswerNotes({
  totals,
  metric,
  tz,
}: {
  totals: Totals | undefined;
  metric: 'clicks' | 'visitors';
  tz: string;
}) {
  if (totals === undefined) return null;
  const { covered, period, grain, sampled, source } = totals;
  const isCut = Date.parse(covered.from) > Date.parse(period.from);
  const notes = [
    ...(metric === 'visitors' ? [t('analytics.notes.visitors')] : []),
    ...(isCut ? [t('analytics.notes.cut', { when: formatDateTime(covered.from, tz) })] : []),
    ...(sampled ? [t('analytics.notes.sampled')] : []),
    ...(grain === 'hour' ? [t('analytics.notes.hour')] : []),
    ...(grain === '15m' ? [t('analytics.notes.quarter')] : []),
    ...(source === 'events' ? [t('analytics.notes.events')] : []),
  ];
  if (notes.length === 0) return null;
  return (
    <p className="mt-2 flex gap-1.5 text-xs text-muted">
      <Info aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>{notes.join(' ')}</span>
    </p>
  );
}
