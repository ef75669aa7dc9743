import type { ImportJob } from '@waymark/contract/v1/imports';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';

/** Whether it goes on by itself, so that it is worth asking again. */
export function isMoving({ state }: Pick<ImportJob, 'state'>): boolean {
  return state === 'running' || state === 'undoing' || state === 'uploading';
}

const TONES = {
  uploading: 'neutral',
  preview: 'warn',
  running: 'neutral',
  done: 'good',
  undoing: 'neutral',
  undone: 'neutral',
  failed: 'danger',
} as const satisfies Record<ImportJob['state'], string>;

export function ImportState({ state }: Pick<ImportJob, 'state'>) {
  return <Badge tone={TONES[state]}>{t(`imports.states.${state}`)}</Badge>;
}

/** How far an import, or its undoing, is. */
export function ProgressBar({ done, total }: { done: number; total: number }) {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  return (
    <div
      role="progressbar"
      aria-label={t('imports.run.bar')}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      aria-valuetext={t('imports.run.done', { done, total })}
      className="h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${share * 100}%` }} />
    </div>
  );
}

/** What of it is over, and of how much. */
export function progressOf({ state, progress, rowCount }: ImportJob): { done: number; total: number } {
  return state === 'undoing' || state === 'undone'
    ? { done: progress.undone, total: progress.created }
    : { done: progress.processed, total: rowCount };
}

/** What came of it so far, in a line; rows of the file where nothing has yet. */
export function resultWords({ state, progress, rowCount }: ImportJob): string {
  if (state === 'uploading') return '';
  if (state === 'preview') return t('imports.counts.rows', { count: rowCount });
  const words = [t('imports.counts.created', { count: progress.created })];
  if (progress.skipped > 0) words.push(t('imports.counts.skipped', { count: progress.skipped }));
  if (progress.failed > 0) words.push(t('imports.counts.failed', { count: progress.failed }));
  if (progress.undone > 0) words.push(t('imports.counts.undone', { count: progress.undone }));
  return words.join(' · ');
}
