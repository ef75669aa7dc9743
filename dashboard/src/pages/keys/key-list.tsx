import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@waymark/contract/v1/keys';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { QueryView } from '../../components/query-view.tsx';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AccessRow, Fact, When } from './access-row.tsx';

/** All keys, newest first, revoked ones included. */
export function KeyList({ onCreate }: { onCreate(): void }) {
  const query = useInfiniteQuery(queries.keys());
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<ApiKey | null>(null);
  const revoking = useMutation({
    mutationFn: ({ id }: ApiKey) => api.keys.revoke(id),
    onError: sayFailed,
    onSuccess: (_, { name }) => {
      sayDone(t('keys.list.revoked', { name }));
      return queryClient.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  return (
    <QueryView
      query={query}
      skeleton={<Skeleton className="h-48" />}
      empty={{
        when: ({ pages }) => pages.every(({ data }) => data.length === 0),
        view: (
          <EmptyState
            icon={<KeyRound />}
            title={t('keys.list.emptyTitle')}
            text={t('keys.list.emptyText')}
            action={<Button onClick={onCreate}>{t('keys.create.title')}</Button>}
          />
        ),
      }}
    >
      {({ pages }) => (
        <>
          <ul aria-label={t('keys.list.title')} className="flex flex-col">
            {pages
              .flatMap(({ data }) => data)
              .map((key) => (
                <Row
                  key={key.id}
                  apiKey={key}
                  isRevoking={revoking.variables?.id === key.id && revoking.isPending}
                  onRevoke={() => setAsked(key)}
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
            title={t('keys.list.revokeTitle', { name: asked?.name ?? '' })}
            text={t('keys.list.revokeText')}
            action={t('keys.revoke')}
            onConfirm={() => asked && revoking.mutate(asked)}
          />
        </>
      )}
    </QueryView>
  );
}

function Row({ apiKey, isRevoking, onRevoke }: { apiKey: ApiKey; isRevoking: boolean; onRevoke(): void }) {
  const now = useNow(HALF_MINUTE_MS);
  const { name, prefix, scope, createdAt, lastUsedAt, expiresAt, revokedAt } = apiKey;
  const hasEnded = expiresAt !== null && Date.parse(expiresAt) <= now;
  return (
    <AccessRow
      name={name}
      detail={<code className="font-mono text-sm text-muted">{prefix}…</code>}
      badges={
        <>
          <Badge>{t(`keys.scopes.${scope}.name`)}</Badge>
          {revokedAt !== null && <Badge tone="danger">{t('keys.list.isRevoked')}</Badge>}
          {revokedAt === null && hasEnded && <Badge tone="warn">{t('keys.list.hasEnded')}</Badge>}
        </>
      }
      facts={
        <>
          <Fact name={t('keys.facts.created')}>
            <When at={createdAt} />
          </Fact>
          <Fact name={t('keys.facts.lastUsed')}>
            <When at={lastUsedAt} />
          </Fact>
          {revokedAt === null ? (
            <Fact name={hasEnded ? t('keys.facts.ended') : t('keys.facts.ends')}>
              <When at={expiresAt} />
            </Fact>
          ) : (
            <Fact name={t('keys.facts.revoked')}>
              <When at={revokedAt} />
            </Fact>
          )}
        </>
      }
      action={
        revokedAt === null && (
          <Button
            kind="danger"
            size="small"
            loading={isRevoking}
            aria-label={t('keys.revokeNamed', { name })}
            onClick={onRevoke}
          >
            {t('keys.revoke')}
          </Button>
        )
      }
    />
  );
}
