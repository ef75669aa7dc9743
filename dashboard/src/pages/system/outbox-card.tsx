import type { System } from '@waymark/contract/v1/system';
import { formatDateTime, formatDuration } from '../../format/dates.ts';
import { formatBytes, formatCount, formatShare } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { Facts } from './facts.tsx';

/** Clicks on their way into the database, and how much room they have. */
export function OutboxCard({ outbox, lagSeconds }: { outbox: System['outbox']; lagSeconds: number }) {
  if (outbox === null) {
    return (
      <Card title={t('system.outbox.title')}>
        <p className="text-sm text-muted">{t('system.outbox.none')}</p>
      </Card>
    );
  }
  const { depth, bytes, bytesLeft, secondsToFull, oldestAt, lastError, edgeId } = outbox;
  const used = bytes / Math.max(1, bytes + bytesLeft);
  const fill = t('system.outbox.fill', {
    used: formatBytes(bytes),
    all: formatBytes(bytes + bytesLeft),
    share: formatShare(used),
  });
  return (
    <Card title={t('system.outbox.title')}>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers draw a meter each in its own way. */}
      <div
        role="meter"
        aria-label={t('system.outbox.room')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(used * 100)}
        aria-valuetext={fill}
        className="h-2.5 overflow-hidden rounded-full border border-line-strong/40 bg-sunken"
      >
        <div
          className={used > 0.9 ? 'h-full bg-danger' : used > 0.6 ? 'h-full bg-warn' : 'h-full bg-chart-1'}
          style={{ width: `${Math.max(0.5, used * 100)}%` }}
        />
      </div>
      <p className="mt-1 mb-2 text-xs text-muted">{fill}</p>
      <Facts
        facts={[
          { name: t('system.outbox.depth'), value: formatCount(depth) },
          {
            name: t('system.outbox.lag'),
            value: lagSeconds < 1 ? t('system.outbox.noLag') : formatDuration(lagSeconds),
          },
          {
            name: t('system.outbox.full'),
            value: secondsToFull === null ? t('system.outbox.notGrowing') : formatDuration(secondsToFull),
          },
          { name: t('system.outbox.oldest'), value: oldestAt === null ? t('common.none') : formatDateTime(oldestAt) },
          { name: t('system.outbox.error'), value: lastError ?? t('common.none') },
          { name: t('system.outbox.edge'), value: <code className="font-mono text-xs">{edgeId}</code> },
        ]}
      />
    </Card>
  );
}
