import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ApiError } from '@waymark/contract/client';
import { queries } from '../../api/queries.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { t } from '../../i18n/index.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { LinkView } from './link-view.tsx';
import { MissingLink } from './missing-link.tsx';

/** One link: what it is, how it does, what happened to it. */
export function LinkPage() {
  const { id } = useParams({ from: '/shell/links/$id' });
  const query = useQuery(queries.link(id));
  if (query.error instanceof ApiError && ['not_found', 'invalid_request'].includes(query.error.code))
    return <MissingLink key={id} id={id} />;
  if (query.data !== undefined) return <LinkView key={id} link={query.data} />;
  return (
    <Page title={t('link.title')}>
      <QueryView
        query={query}
        empty={null}
        skeleton={
          <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <Skeleton className="h-72" />
            <Skeleton className="h-112" />
          </div>
        }
      >
        {() => null}
      </QueryView>
    </Page>
  );
}
