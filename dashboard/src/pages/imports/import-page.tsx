import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link as RouterLink } from '@tanstack/react-router';
import { LIMITS } from '@waymark/contract';
import { ApiError } from '@waymark/contract/client';
import type { ImportJob } from '@waymark/contract/v1/imports';
import { FileQuestion, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { useRefusal } from '../../api/use-scope.ts';
import { paths } from '../../app/paths.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { formatDateTime } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ImportPreview } from './import-preview.tsx';
import { ImportState, isMoving } from './import-progress.tsx';
import { ImportReport } from './import-report.tsx';
import { ImportRun } from './import-run.tsx';

const POLL_MS = 700;
const route = getRouteApi('/shell/imports/$id');

/** One import: what is in the file, how far it is, what came of it, and the way back. */
export function ImportPage() {
  const { id } = route.useParams();
  const query = useQuery({
    ...queries.import(id),
    refetchInterval: ({ state }) => (state.data !== undefined && isMoving(state.data) ? POLL_MS : false),
  });
  const job = query.data;
  if (query.error instanceof ApiError && query.error.code === 'not_found') return <Unknown />;
  return (
    <Page
      title={job?.fileName ?? t('imports.list.unnamed')}
      subtitle={job && <Dates job={job} />}
      actions={job && <Actions job={job} />}
    >
      <QueryView query={query} skeleton={<Skeleton className="h-96" />} empty={null}>
        {(known) =>
          known.state === 'preview' ? (
            <ImportPreview job={known} />
          ) : (
            <div className="flex flex-col gap-4">
              <ImportRun job={known} />
              {known.state !== 'uploading' && <ImportReport job={known} />}
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}

function Dates({ job: { state, createdAt, startedAt, finishedAt } }: { job: ImportJob }) {
  const words = [
    t('imports.page.uploadedAt', { when: formatDateTime(createdAt) }),
    startedAt !== null && t('imports.page.startedAt', { when: formatDateTime(startedAt) }),
    finishedAt !== null && t('imports.page.finishedAt', { when: formatDateTime(finishedAt) }),
  ].filter((part) => part !== false);
  return (
    <div className="mt-1 flex flex-wrap items-center gap-2">
      <ImportState state={state} />
      <span>{words.join(', ')}</span>
      <RouterLink to={paths.imports()} className="rounded-sm text-accent underline">
        {t('imports.page.back')}
      </RouterLink>
    </div>
  );
}

const UNDOABLE: readonly ImportJob['state'][] = ['running', 'done', 'failed'];

function Actions({ job }: { job: ImportJob }) {
  const [asking, setAsking] = useState<'undo' | 'delete' | null>(null);
  const queryClient = useQueryClient();
  const navigate = route.useNavigate();
  const undo = useMutation({
    mutationFn: () => api.imports.undo(job.id),
    onSuccess: (next) => {
      queryClient.setQueryData(queries.import(job.id).queryKey, next);
      void queryClient.invalidateQueries({ queryKey: ['imports'] });
      void queryClient.invalidateQueries({ queryKey: ['links'] });
    },
    onError: sayFailed,
  });
  const remove = useMutation({
    mutationFn: () => api.imports.delete(job.id),
    onSuccess: async () => {
      await navigate({ to: paths.imports() });
      queryClient.removeQueries({ queryKey: queries.import(job.id).queryKey });
      void queryClient.invalidateQueries({ queryKey: queries.imports().queryKey });
      sayDone(t('imports.page.deleted'));
    },
    onError: sayFailed,
  });
  const { created } = job.progress;
  const refusal = useRefusal('write');
  return (
    <>
      {UNDOABLE.includes(job.state) && (
        <Button
          icon={<Undo2 aria-hidden className="size-4" />}
          loading={undo.isPending}
          disabledReason={refusal ?? (job.state === 'running' || created > 0 ? null : t('imports.undo.nothing'))}
          onClick={() => setAsking('undo')}
        >
          {t(job.state === 'running' ? 'imports.run.stop' : 'imports.undo.action')}
        </Button>
      )}
      <Button
        kind="danger"
        icon={<Trash2 aria-hidden className="size-4" />}
        loading={remove.isPending}
        disabledReason={
          refusal ?? (job.state === 'running' || job.state === 'undoing' ? t('imports.page.deleteBusy') : null)
        }
        onClick={() => setAsking('delete')}
      >
        {t('imports.page.delete')}
      </Button>
      <ConfirmDialog
        open={asking === 'undo'}
        onOpenChange={() => setAsking(null)}
        title={t('imports.undo.title')}
        text={t('imports.undo.text', { count: created, days: LIMITS.restoreDays })}
        action={t('imports.undo.action')}
        onConfirm={() => undo.mutate()}
      />
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={() => setAsking(null)}
        title={t('imports.page.deleteTitle')}
        text={t('imports.page.deleteText')}
        action={t('imports.page.delete')}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

function Unknown() {
  return (
    <Page title={t('shell.pages.imports')}>
      <EmptyState
        icon={<FileQuestion />}
        title={t('imports.page.unknownTitle')}
        text={t('imports.page.unknownText')}
        action={
          <RouterLink to={paths.imports()} className={buttonClass()}>
            {t('imports.page.back')}
          </RouterLink>
        }
      />
    </Page>
  );
}
