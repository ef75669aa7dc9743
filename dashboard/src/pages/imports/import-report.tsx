import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ImportJob, ImportRow } from '@waymark/contract/v1/imports';
import { FileDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { download } from '../../components/download.ts';
import { QueryView } from '../../components/query-view.tsx';
import { sayFailed } from '../../components/toasts.tsx';
import { toCsv } from '../../format/delimited.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { isMoving } from './import-progress.tsx';
import { OUTCOMES, type Outcome } from './import-search.ts';
import { ReportRows } from './report-rows.tsx';

const route = getRouteApi('/shell/imports/$id');
const DOWNLOAD_ROWS = 1000;

/** What became of each row, filtered by outcome; a file of it for who mends the rest. */
export function ImportReport({ job }: { job: ImportJob }) {
  const { outcome } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(queries.importRows(job.id, outcome));
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  useFollow(job);
  return (
    <Card title={t('imports.report.title')} actions={<DownloadButton job={job} {...(outcome && { outcome })} />}>
      <div className="mb-2 max-w-full overflow-x-auto">
        <Segmented<Outcome | 'all'>
          label={t('imports.report.filter')}
          value={outcome ?? 'all'}
          onChange={(next) =>
            void navigate({ search: next === 'all' ? {} : { outcome: next }, replace: true, resetScroll: false })
          }
          choices={(['all', ...OUTCOMES] as const).map((value) => ({
            value,
            label: value === 'all' ? t('imports.report.all') : t(`imports.report.outcomes.${value}`),
          }))}
        />
      </div>
      <QueryView
        query={query}
        skeleton={<Skeleton className="h-64" />}
        empty={{
          when: () => rows.length === 0,
          view: <p className="py-6 text-center text-sm text-muted">{t('imports.report.empty')}</p>,
        }}
      >
        {() => (
          <ReportRows
            rows={rows}
            loadMore={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : null}
            complete={!query.hasNextPage}
          />
        )}
      </QueryView>
    </Card>
  );
}

/** Asks for the rows again when a moving import has come to its end: what was loaded of them before is old. */
function useFollow(job: ImportJob): void {
  const queryClient = useQueryClient();
  const moving = isMoving(job);
  useEffect(() => {
    if (!moving) void queryClient.invalidateQueries({ queryKey: ['imports', 'rows', job.id] });
  }, [queryClient, moving, job.id]);
}

function DownloadButton({ job, outcome }: { job: ImportJob; outcome?: Outcome }) {
  const [loading, setLoading] = useState(false);
  const save = async () => {
    setLoading(true);
    try {
      const rows = await allRows(job.id, outcome);
      const text = toCsv([
        ['row', 'outcome', 'reason', 'linkId'],
        ...rows.map(({ row, outcome: of, reason, linkId }) => [row, of, reason, linkId]),
      ]);
      download(`waymark-import-${job.id}${outcome ? `-${outcome}` : ''}.csv`, text);
    } catch (error) {
      sayFailed(error);
    } finally {
      setLoading(false);
    }
  };
  return (
    <Button
      size="small"
      icon={<FileDown aria-hidden className="size-4" />}
      loading={loading}
      onClick={() => void save()}
    >
      {t('imports.report.download')}
    </Button>
  );
}

async function allRows(id: string, outcome: Outcome | undefined): Promise<ImportRow[]> {
  const rows: ImportRow[] = [];
  let cursor: string | undefined;
  do {
    const options = { limit: DOWNLOAD_ROWS, ...(outcome && { outcome }), ...(cursor !== undefined && { cursor }) };
    const page = await api.imports.rows(id, options);
    rows.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
