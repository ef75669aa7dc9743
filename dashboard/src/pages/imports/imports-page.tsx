import { useInfiniteQuery } from '@tanstack/react-query';
import { Link as RouterLink } from '@tanstack/react-router';
import { LIMITS } from '@waymark/contract';
import type { ImportJob } from '@waymark/contract/v1/imports';
import { FileUp } from 'lucide-react';
import { queries } from '../../api/queries.ts';
import { paths } from '../../app/paths.ts';
import { CsvDropZone, ImportButton } from '../../components/csv-upload.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { formatAgo, formatExact } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ExportsCard } from './exports-card.tsx';
import { ImportState, isMoving, ProgressBar, progressOf, resultWords } from './import-progress.tsx';

const POLL_MS = 2000;

/** Files that came in, and what can be taken out. */
export function ImportsPage() {
  const query = useInfiniteQuery({
    ...queries.imports(),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ data }) => data.some(isMoving)) === true ? POLL_MS : false,
  });
  const jobs = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Page
      title={t('shell.pages.imports')}
      subtitle={t('imports.list.intro', { max: formatBytes(LIMITS.uploadBytesMax) })}
      actions={<ImportButton kind="primary" />}
    >
      <CsvDropZone />
      <Card title={t('imports.list.title')}>
        <QueryView
          query={query}
          skeleton={<Skeleton className="h-40" />}
          empty={{
            when: () => jobs.length === 0,
            view: (
              <EmptyState icon={<FileUp />} title={t('imports.list.emptyTitle')} text={t('imports.list.emptyText')} />
            ),
          }}
        >
          {() => (
            <ul className="-mx-4 divide-y divide-line">
              {jobs.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
          )}
        </QueryView>
        {query.hasNextPage && (
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common.showMore')}
          </Button>
        )}
      </Card>
      <ExportsCard />
    </Page>
  );
}

function JobRow({ job }: { job: ImportJob }) {
  const now = useNow(HALF_MINUTE_MS);
  return (
    <li>
      <RouterLink
        {...paths.importJob(job.id)}
        className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2.5 -outline-offset-2 hover:bg-sunken/60 sm:grid-cols-[minmax(0,2fr)_minmax(0,2fr)_10rem_8rem]"
      >
        <span className="truncate font-medium">{job.fileName ?? t('imports.list.unnamed')}</span>
        <span className="truncate text-sm text-muted max-sm:order-3">{resultWords(job)}</span>
        <span className="max-sm:order-2 max-sm:justify-self-end">
          <ImportState state={job.state} />
        </span>
        <time
          dateTime={job.createdAt}
          title={formatExact(job.createdAt)}
          className="text-sm text-muted max-sm:order-4 sm:text-right"
        >
          {formatAgo(job.createdAt, now)}
        </time>
        {isMoving(job) && (
          <span className="order-last col-span-full">
            <ProgressBar {...progressOf(job)} />
          </span>
        )}
      </RouterLink>
    </li>
  );
}
