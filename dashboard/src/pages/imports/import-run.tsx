import type { ImportJob } from '@waymark/contract/v1/imports';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { isMoving, ProgressBar, progressOf } from './import-progress.tsx';

/** How far an import is, and what came of its rows. */
export function ImportRun({ job }: { job: ImportJob }) {
  const { state, progress, failure } = job;
  const { done, total } = progressOf(job);
  const tiles = [
    { name: t('imports.report.created'), count: progress.created },
    { name: t('imports.report.skipped'), count: progress.skipped, hint: t('imports.report.skippedHint') },
    { name: t('imports.report.error'), count: progress.failed },
    ...(progress.undone > 0 || state === 'undoing' || state === 'undone'
      ? [{ name: t('imports.report.undone'), count: progress.undone }]
      : []),
  ];
  return (
    <Card title={t('imports.run.title')}>
      {failure !== null && (
        <p role="alert" className="mb-3 rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
          {t('imports.report.failure', { reason: failure })}
        </p>
      )}
      <ProgressBar done={done} total={total} />
      <p className="mt-1.5 flex flex-wrap gap-x-2 text-sm text-muted">
        <span className="tabular-nums">{t('imports.run.done', { done, total })}</span>
        {isMoving(job) && <span>{t(state === 'undoing' ? 'imports.run.undoing' : 'imports.run.goesOn')}</span>}
      </p>
      <dl className="mt-4 flex flex-wrap gap-x-10 gap-y-3">
        {tiles.map(({ name, count, hint }) => (
          <div key={name}>
            <dt className="text-sm text-muted">{name}</dt>
            <dd>
              <span className="text-2xl font-semibold tabular-nums">{formatCount(count)}</span>
              {hint && count > 0 && <span className="block text-xs text-muted">{hint}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <p role="status" className="sr-only">
        {t(`imports.states.${state}`)}
      </p>
    </Card>
  );
}
