import { useQuery } from '@tanstack/react-query';
import { BookOpen, ChartLine, TriangleAlert } from 'lucide-react';
import { errorText } from '../../api/error-text.ts';
import { queries } from '../../api/queries.ts';
import { troubleOf } from '../../api/query-trouble.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { useNow } from '../../components/use-now.ts';
import { formatAgo, formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { OtherCard, ProgramCard, StorageCard } from './about-cards.tsx';
import { ChecksCard } from './checks-card.tsx';
import { ClicksCard } from './clicks-card.tsx';
import { EdgesCard } from './edges-card.tsx';
import { OutboxCard } from './outbox-card.tsx';

/** What runs, whether it is well, and where every click is. */
export function SystemPage() {
  const query = useQuery(queries.system());
  const { data: system } = query;
  const error = troubleOf(query);
  const now = useNow();
  return (
    <Page
      title={t('shell.pages.system')}
      subtitle={
        system && (
          <span title={formatExact(system.now)}>
            {t('system.asOf', { when: formatAgo(query.dataUpdatedAt, Math.max(now, query.dataUpdatedAt)) })}
          </span>
        )
      }
      actions={
        <>
          <a href="/api/docs" target="_blank" rel="noreferrer" className={buttonClass()}>
            <BookOpen aria-hidden className="size-4" />
            {t('shell.apiReference')}
          </a>
          <a href="/metrics" target="_blank" rel="noreferrer" className={buttonClass()}>
            <ChartLine aria-hidden className="size-4" />
            {t('system.metrics')}
          </a>
          {system && <CopyButton size="medium" text={JSON.stringify(system, null, 2)} label={t('system.copy')} />}
        </>
      }
    >
      {error !== null && <Away error={error} hasData={system !== undefined} />}
      <ChecksCard roles={system?.roles ?? []} />
      {system === undefined && error !== null && <ErrorState error={error} onRetry={() => void query.refetch()} />}
      {system === undefined && error === null && <Skeleton className="h-96" />}
      {system && (
        <>
          <ClicksCard clicks={system.clicks} />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <OutboxCard outbox={system.outbox} lagSeconds={system.ingestLagSeconds} />
            <StorageCard system={system} />
            <ProgramCard system={system} />
            <OtherCard system={system} />
          </div>
          {system.edges.length > 0 && <EdgesCard edges={system.edges} now={now} />}
        </>
      )}
    </Page>
  );
}

/** Says what goes on although the answer did not come. */
function Away({ error, hasData }: { error: unknown; hasData: boolean }) {
  const { text } = errorText(error);
  return (
    <div role="alert" className="flex items-start gap-2.5 rounded-xl border border-warn/50 bg-warn-soft p-4 text-sm">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div>
        <p className="font-medium">{hasData ? t('system.away.old') : t('system.away.none')}</p>
        <p>
          {text} {t('system.away.works')}
        </p>
      </div>
    </div>
  );
}
