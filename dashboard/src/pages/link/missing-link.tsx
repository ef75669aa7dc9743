import { useMutation, useQuery } from '@tanstack/react-query';
import { Link as To } from '@tanstack/react-router';
import { LIMITS } from '@waymark/contract';
import type { Link } from '@waymark/contract/v1/links';
import { Link2Off, Trash2 } from 'lucide-react';
import { api } from '../../api/client.ts';
import { useRefusal } from '../../api/use-scope.ts';
import { paths } from '../../app/paths.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { formatAgo } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useTakeLink } from './use-take-link.ts';

/** A link that is not there: deleted and restorable, or never made. */
export function MissingLink({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['links', 'deleted', id],
    queryFn: ({ signal }) => deletedLink(id, signal),
  });
  return (
    <Page title={t('link.missing.title')}>
      <QueryView query={query} skeleton={<Skeleton className="h-64" />} empty={null}>
        {(link) => (link === null ? <Unknown /> : <Deleted link={link} />)}
      </QueryView>
    </Page>
  );
}

function Unknown() {
  return (
    <EmptyState
      icon={<Link2Off />}
      title={t('link.missing.unknownTitle')}
      text={t('link.missing.unknownText', { days: LIMITS.restoreDays })}
      action={
        <To to={paths.links()} className={buttonClass('primary')}>
          {t('link.missing.toLinks')}
        </To>
      }
    />
  );
}

function Deleted({ link }: { link: Link }) {
  const now = useNow(HALF_MINUTE_MS);
  const take = useTakeLink();
  const notAllowed = useRefusal('write');
  const restoring = useMutation({
    mutationFn: () => api.links.restore(link.id),
    onError: sayFailed,
    onSuccess: (restored) => {
      take(restored);
      sayDone(t('link.restored', { code: restored.code }));
    },
  });
  const ago = formatAgo(link.deletedAt ?? link.updatedAt, now);
  return (
    <EmptyState
      icon={<Trash2 />}
      title={t('link.missing.deletedTitle', { code: link.code })}
      text={t('link.missing.deletedText', { ago, url: link.url, days: LIMITS.restoreDays })}
      action={
        <>
          <Button
            kind="primary"
            loading={restoring.isPending}
            disabledReason={notAllowed}
            onClick={() => restoring.mutate()}
          >
            {t('link.missing.restore')}
          </Button>
          <To to={paths.links()} className={buttonClass()}>
            {t('link.missing.toLinks')}
          </To>
        </>
      }
    />
  );
}

/** A deleted link that can be restored. */
async function deletedLink(id: string, signal: AbortSignal): Promise<Link | null> {
  if (!/^\d+$/.test(id)) return null;
  const { data } = await api.links.list({ deleted: true, id, signal });
  return data[0] ?? null;
}
