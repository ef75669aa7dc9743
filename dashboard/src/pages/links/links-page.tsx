import { getRouteApi, Link as RouterLink } from '@tanstack/react-router';
import { LIMITS } from '@waymark/contract';
import type { Link } from '@waymark/contract/v1/links';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useRefusal } from '../../api/use-scope.ts';
import { paths } from '../../app/paths.ts';
import { CsvDropZone, ImportButton } from '../../components/csv-upload.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { loadTexts, t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useColumns } from './columns.ts';
import { LinksList } from './links-list.tsx';
import { type LinksSearch, SORT_DEFAULT } from './links-search.ts';
import { LinksToolbar } from './links-toolbar.tsx';
import { type RowAction, useRowActions } from './row-actions.ts';
import { RowKeys } from './row-keys.tsx';
import { allOrNone, extended, NOTHING, type Selection, toggled } from './selection.ts';
import { useLinkChanges } from './use-link-changes.ts';
import { useLinksList } from './use-links-list.ts';
import type { RowFocus } from './use-row-focus.ts';

const BulkBar = lazy(() => import('./bulk-bar.tsx').then((m) => ({ default: m.BulkBar })));
const LinksEmpty = lazy(() => import('./links-empty.tsx').then((m) => ({ default: m.LinksEmpty })));
const ExpiryDialog = lazy(async () => {
  const [{ ExpiryDialog }] = await Promise.all([import('./expiry-dialog.tsx'), loadTexts(['link'])]);
  return { default: ExpiryDialog };
});
const QrDialog = lazy(() => import('./qr-dialog.tsx').then((m) => ({ default: m.QrDialog })));

const route = getRouteApi('/shell/links');

/** All links: found, filtered, sorted, chosen, changed. */
export function LinksPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { query, links } = useLinksList(search);
  const refusal = useRefusal('write');
  const [columns, setColumns] = useColumns();
  const [selection, setSelection] = useSelection(JSON.stringify(search));
  const [dialog, setDialog] = useState<'expiry' | { qr: Link } | null>(null);
  const changes = useLinkChanges();
  const focusRef = useRef<RowFocus>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const selected = useMemo(() => links.filter(({ id }) => selection.ids.has(id)), [links, selection]);
  const deleted = search.show === 'deleted';

  const onSearch = (next: LinksSearch, replace = false) => void navigate({ search: next, replace });
  const select = ({ id }: Link, extend: boolean) =>
    setSelection((before) =>
      extend
        ? extended(
            before,
            id,
            links.map((link) => link.id),
          )
        : toggled(before, id),
    );
  const selectAll = () =>
    setSelection((before) =>
      allOrNone(
        before,
        links.map(({ id }) => id),
      ),
    );
  const act = useRowActions({ changes, refusal, select, showQr: (qr) => setDialog({ qr }) });
  const onKey = (action: RowAction, event: KeyboardEvent) => {
    const link = focusRef.current?.target();
    if (!link) return;
    // The row goes away, the focus stays in the list.
    if (refusal === null && (action === 'delete' || action === 'restore') && focusRef.current?.move(1) === link)
      focusRef.current.move(-1);
    act(action, link, event.shiftKey);
  };
  useShortcut({ keys: 'f', label: t('links.keys.search'), group: t('links.keys.group') }, () =>
    searchRef.current?.focus(),
  );
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const loadMore = useMemo(
    () =>
      hasNextPage && !isFetchNextPageError
        ? () => {
            if (!isFetchingNextPage) void fetchNextPage();
          }
        : null,
    [hasNextPage, isFetchNextPageError, isFetchingNextPage, fetchNextPage],
  );

  return (
    <Page
      title={t('shell.pages.links')}
      subtitle={
        <Count search={search} count={query.data && links.length} failed={query.isError} hasMore={hasNextPage} />
      }
      actions={
        <>
          <ImportButton />
          <RouterLink {...paths.newLink()} className={`${buttonClass('primary')} max-lg:hidden`}>
            <Plus aria-hidden className="size-4" />
            {t('shell.newLink')}
          </RouterLink>
        </>
      }
    >
      <CsvDropZone />
      <LinksToolbar {...{ search, onSearch, columns, searchRef }} onColumns={setColumns} />
      {deleted && links.length > 0 && (
        <p className="text-sm text-muted">{t('links.deletedNote', { days: LIMITS.restoreDays })}</p>
      )}
      <QueryView
        query={query}
        skeleton={<ListSkeleton />}
        empty={{
          when: () => links.length === 0 && !hasNextPage,
          view: (
            <Suspense>
              <LinksEmpty search={search} onClear={() => onSearch({})} />
            </Suspense>
          ),
        }}
      >
        {() => (
          <>
            <LinksList
              {...{ links, columns, deleted, selection, refusal, loadMore, focusRef }}
              sort={search.sort ?? SORT_DEFAULT}
              onSort={(sort) => onSearch({ ...search, sort })}
              onSelect={select}
              onSelectAll={selectAll}
              onAct={act}
            />
            <RowKeys
              {...{ focusRef, deleted }}
              hasSelection={selected.length > 0}
              onAct={onKey}
              onSelectAll={selectAll}
              onClear={() => setSelection(() => NOTHING)}
            />
            {isFetchNextPageError && (
              <p role="alert" className="flex items-center justify-center gap-3 py-4 text-sm">
                {t('links.more.failed')}
                <Button size="small" onClick={() => void fetchNextPage()}>
                  {t('common.retry')}
                </Button>
              </p>
            )}
          </>
        )}
      </QueryView>
      {selected.length > 0 && (
        <Suspense>
          <div aria-hidden className="h-14" />
          <BulkBar
            {...{ links: selected, deleted, changes, refusal }}
            onExpiry={() => setDialog('expiry')}
            onClear={() => setSelection(() => NOTHING)}
          />
        </Suspense>
      )}
      <Suspense>
        {dialog === 'expiry' && (
          <ExpiryDialog
            count={selected.length}
            onClose={() => setDialog(null)}
            onSave={(expiresAt) => {
              setDialog(null);
              void changes.change(selected, { expiresAt });
            }}
          />
        )}
        {dialog !== null && dialog !== 'expiry' && <QrDialog link={dialog.qr} onClose={() => setDialog(null)} />}
      </Suspense>
    </Page>
  );
}

/** What is selected of one search; another search begins with nothing. */
function useSelection(of: string): [Selection, (change: (before: Selection) => Selection) => void] {
  const [state, setState] = useState({ of, selection: NOTHING });
  const selection = state.of === of ? state.selection : NOTHING;
  return [
    selection,
    (change) => setState((before) => ({ of, selection: change(before.of === of ? before.selection : NOTHING) })),
  ];
}

/** How many there are, as far as it is known. */
function Count({
  search: { q, show },
  count,
  failed,
  hasMore,
}: {
  search: LinksSearch;
  /** undefined: not known. */
  count: number | undefined;
  failed: boolean;
  hasMore: boolean;
}) {
  const words = () => {
    if (count === undefined) return failed ? null : t('links.counting');
    if (q !== undefined || show !== undefined) return t(hasMore ? 'links.matchesMore' : 'links.matches', { count });
    return hasMore ? t('links.countMore', { count }) : t('common.links', { count });
  };
  return <p aria-live="polite">{words()}</p>;
}

function ListSkeleton() {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface">
      <div className="h-10 border-b border-line bg-sunken max-sm:hidden" />
      {Array.from({ length: 10 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places are all alike.
        <div key={index} className="flex h-33 items-center gap-6 border-b border-line px-4 sm:h-15">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-4 flex-1" />
          <Skeleton className="h-4 w-24" />
        </div>
      ))}
    </div>
  );
}
