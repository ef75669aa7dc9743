import { ErrorState } from '../../components/error-state.tsx';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { HistoryLine } from './history-line.tsx';
import { type History, useChanges, useEverything } from './use-history.ts';

export interface LinkHistoryProps {
  id: string;
  /** Whether clicks are among it. */
  isAll: boolean;
  onShowAll(isAll: boolean): void;
}

/** What happened to a link, newest first. */
export function LinkHistory({ id, isAll, onShowAll }: LinkHistoryProps) {
  return (
    <Card
      title={t('link.history.title')}
      actions={
        <Segmented<'changes' | 'everything'>
          label={t('link.history.show')}
          value={isAll ? 'everything' : 'changes'}
          onChange={(shown) => onShowAll(shown === 'everything')}
          choices={(['changes', 'everything'] as const).map((value) => ({ value, label: t(`link.history.${value}`) }))}
        />
      }
    >
      {isAll ? <Everything id={id} /> : <Changes id={id} />}
    </Card>
  );
}

function Changes({ id }: { id: string }) {
  return <Lines history={useChanges(id)} />;
}

function Everything({ id }: { id: string }) {
  return <Lines history={useEverything(id)} />;
}

function Lines({ history: { rows, error, refetch, hasMore, isLoadingMore, loadMore } }: { history: History }) {
  if (rows === undefined) {
    if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
    return (
      <div role="status" aria-label={t('common.loading')}>
        <Skeleton className="h-40" />
      </div>
    );
  }
  if (rows.length === 0) return <p className="py-6 text-center text-sm text-muted">{t('link.history.empty')}</p>;
  return (
    <>
      <ol className="flex flex-col">
        {rows.map((row) => (
          <HistoryLine key={row.kind === 'event' ? row.event.id : row.id} row={row} />
        ))}
      </ol>
      {hasMore && (
        <Button size="small" className="mt-3" loading={isLoadingMore} onClick={loadMore}>
          {t('common.showMore')}
        </Button>
      )}
    </>
  );
}
