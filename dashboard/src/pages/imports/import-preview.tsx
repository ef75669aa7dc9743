import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ImportJob } from '@waymark/contract/v1/imports';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { useRefusal } from '../../api/use-scope.ts';
import { sayFailed } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField } from '../../ui/field.tsx';
import { ImportProblems } from './import-problems.tsx';
import { SampleRows } from './sample-rows.tsx';

const FIELDS = ['url', 'code', 'title', 'active', 'expiresAt', 'redirectStatus'] as const;
type Field = (typeof FIELDS)[number];

/** A file before anything of it is written: which column is what, what it looks like, what is wrong, and the start. */
export function ImportPreview({ job }: { job: ImportJob }) {
  const queryClient = useQueryClient();
  const { queryKey } = queries.import(job.id);
  const keep = (next: ImportJob) => {
    queryClient.setQueryData(queryKey, next);
    void queryClient.invalidateQueries({ queryKey: queries.imports().queryKey });
  };
  const map = useMutation({
    mutationFn: (change: { field: Field; column: string | null }) =>
      api.imports.map(job.id, { [change.field]: change.column }),
    onSuccess: keep,
    onError: sayFailed,
  });
  const start = useMutation({ mutationFn: () => api.imports.start(job.id), onSuccess: keep, onError: sayFailed });
  const refusal = useRefusal('write');
  const count = job.rowCount - job.problemCount;
  const chosen = (field: Field) =>
    map.isPending && map.variables.field === field ? map.variables.column : (job.mapping[field] ?? null);
  const reason = () => {
    if (refusal !== null) return refusal;
    if (!job.mapping.url) return t('imports.preview.needUrl');
    return count <= 0 ? t('imports.preview.needRows') : null;
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-xl border border-line bg-accent-soft/60 px-4 py-3">
        <p aria-live="polite" className={map.isPending ? 'opacity-60' : ''}>
          <span className="font-medium">{t('imports.preview.ready', { count: Math.max(0, count) })}</span>{' '}
          <span className="text-sm text-muted">{t('imports.preview.nothingWritten')}</span>
        </p>
        <Button
          kind="primary"
          loading={start.isPending || map.isPending}
          disabledReason={reason()}
          onClick={() => start.mutate()}
        >
          {t('imports.preview.start', { count: Math.max(0, count) })}
        </Button>
      </div>
      <Card title={t('imports.preview.mapping')}>
        <p className="mb-3 text-sm text-muted">{t('imports.preview.mappingText')}</p>
        <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
          {FIELDS.map((field) => (
            <SelectField
              key={field}
              label={t(`imports.preview.fields.${field}`)}
              hint={t(`imports.preview.hints.${field}`)}
              {...(field === 'url' && { note: t('imports.preview.required') })}
              value={chosen(field) ?? ''}
              disabled={refusal !== null}
              onChange={(event) => map.mutate({ field, column: event.target.value || null })}
            >
              <option value="">{t('imports.preview.noColumn')}</option>
              {job.columns.map((column) => (
                <option key={column} value={column}>
                  {column}
                </option>
              ))}
            </SelectField>
          ))}
        </div>
      </Card>
      <ImportProblems job={job} />
      <SampleRows job={job} />
    </div>
  );
}
