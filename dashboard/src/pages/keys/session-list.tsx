import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { SessionRow } from '@waymark/contract/v1/sessions';
import { MonitorSmartphone } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { QueryView } from '../../components/query-view.tsx';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AccessRow, Fact, When } from './access-row.tsx';
import { browserName } from './browser-name.ts';

/** Who is signed in, this browser marked. */
export function SessionList() {
  const query = useInfiniteQuery(queries.sessions());
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<SessionRow | null>(null);
  const revoking = useMutation({
    mutationFn: ({ id }: SessionRow) => api.sessions.revoke(id),
    onError: sayFailed,
    onSuccess: (_, { name, current }) => {
      if (!current) sayDone(t('keys.sessions.revoked', { name }));
      // Revoking this one ends in `unauthorized`, which leads to the sign-in page.
      return queryClient.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  return (
    <QueryView
      query={query}
      skeleton={<Skeleton className="h-32" />}
      empty={{
        when: ({ pages }) => pages.every(({ data }) => data.length === 0),
        view: (
          <EmptyState
            icon={<MonitorSmartphone />}
            title={t('keys.sessions.emptyTitle')}
            text={t('keys.sessions.emptyText')}
          />
        ),
      }}
    >
      {({ pages }) => (
        <>
          <ul aria-label={t('keys.sessions.title')} className="flex flex-col">
            {pages
              .flatMap(({ data }) => data)
              .map((session) => (
                <Row
                  key={session.id}
                  session={session}
                  isRevoking={revoking.variables?.id === session.id && revoking.isPending}
                  onRevoke={() => setAsked(session)}
                />
              ))}
          </ul>
          {query.hasNextPage && (
            <Button
              size="small"
              className="mt-3"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {t('common.showMore')}
            </Button>
          )}
          <ConfirmDialog
            open={asked !== null}
            onOpenChange={(open) => !open && setAsked(null)}
            title={t('keys.sessions.revokeTitle', { name: asked?.name ?? '' })}
            text={asked?.current ? t('keys.sessions.revokeThisText') : t('keys.sessions.revokeText')}
            action={t('keys.sessions.revoke')}
            onConfirm={() => asked && revoking.mutate(asked)}
          />
        </>
      )}
    </QueryView>
  );
}

function Row({ session, isRevoking, onRevoke }: { session: SessionRow; isRevoking: boolean; onRevoke(): void }) {
  const { name, scope, createdAt, lastUsedAt, expiresAt, userAgent, current } = session;
  return (
    <AccessRow
      name={name}
      detail={
        <span className="text-sm text-muted" {...(userAgent !== null && { title: userAgent })}>
          {browserName(userAgent) ?? t('keys.sessions.unknownBrowser')}
        </span>
      }
      badges={
        <>
          <Badge>{t(`keys.scopes.${scope}.name`)}</Badge>
          {current && <Badge tone="good">{t('keys.sessions.current')}</Badge>}
        </>
      }
      facts={
        <>
          <Fact name={t('keys.facts.signedIn')}>
            <When at={createdAt} />
          </Fact>
          <Fact name={t('keys.facts.lastUsed')}>
            <When at={lastUsedAt} />
          </Fact>
          <Fact name={t('keys.facts.ends')}>
            <When at={expiresAt} />
          </Fact>
        </>
      }
      action={
        <Button
          kind="danger"
          size="small"
          loading={isRevoking}
          aria-label={t('keys.sessions.revokeNamed', { name })}
          onClick={onRevoke}
        >
          {t('keys.sessions.revoke')}
        </Button>
      }
    />
  );
}
