import type { System } from '@waymark/contract/v1/system';
import { CircleCheck, OctagonAlert } from 'lucide-react';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';

const PARTS = ['committed', 'discarded', 'dead', 'inFlight'] as const;
const SIGNS = ['=', '+', '+', '+'] as const;

/** Where every accepted click is, as a sum that must come out. */
export function ClicksCard({ clicks }: { clicks: System['clicks'] }) {
  const isWell = clicks.difference === 0;
  return (
    <Card title={t('system.clicks.title')}>
      <p className="mb-3 text-sm text-muted">{t('system.clicks.about')}</p>
      <dl className="flex flex-wrap items-stretch gap-2">
        <Term name={t('system.clicks.accepted')} hint={t('system.clicks.hints.accepted')} count={clicks.accepted} />
        {PARTS.map((part, index) => (
          <Term
            key={part}
            sign={SIGNS[index] ?? '+'}
            name={t(`system.clicks.${part}`)}
            hint={t(`system.clicks.hints.${part}`)}
            count={clicks[part]}
          />
        ))}
      </dl>
      <div className="mt-3 flex flex-wrap gap-x-8 gap-y-1 text-sm">
        <p className="flex items-center gap-2 font-medium">
          {isWell ? (
            <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
          ) : (
            <OctagonAlert aria-hidden className="size-4 shrink-0 text-danger" />
          )}
          {isWell ? t('system.clicks.well') : t('system.clicks.off', { number: formatCount(clicks.difference) })}
        </p>
        <p className={clicks.dropped > 0 ? 'font-medium text-danger' : 'text-muted'}>
          {t('system.clicks.dropped', { count: clicks.dropped })}
        </p>
      </div>
    </Card>
  );
}

function Term({ sign, name, hint, count }: { sign?: string; name: string; hint: string; count: number }) {
  return (
    <div className={classNames('relative flex min-w-40 flex-1 basis-40 flex-col', sign !== undefined && 'pl-5')}>
      <dt className="rounded-t-lg bg-sunken/60 px-3 pt-2 text-xs text-muted">
        {sign && <span className="absolute top-1/2 left-0 -translate-y-1/2 text-lg leading-none">{sign}</span>} {name}
      </dt>
      <dd className="flex-1 rounded-b-lg bg-sunken/60 px-3 pb-2">
        <span className="block text-xl font-semibold tracking-tight tabular-nums">{formatCount(count)}</span>
        <span className="block text-xs text-muted">{hint}</span>
      </dd>
    </div>
  );
}
