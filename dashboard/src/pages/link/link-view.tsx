import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { lazy, Suspense } from 'react';
import { Page } from '../../components/page.tsx';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { copyText } from '../../ui/copy-button.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { AnalyticsSearch } from '../analytics/analytics-search.ts';
import { LinkActions } from './link-actions.tsx';
import { LinkHeader } from './link-header.tsx';
import { LinkHistory } from './link-history.tsx';
import { QrCard } from './qr-card.tsx';

const LinkEdit = lazy(() => import('./link-edit.tsx').then((m) => ({ default: m.LinkEdit })));
const AnalyticsView = lazy(() => import('../analytics/analytics-view.tsx').then((m) => ({ default: m.AnalyticsView })));

const QR_ID = 'qr';

/** The page of a link that is there. */
export function LinkView({ link }: { link: Link }) {
  const search = useSearch({ from: '/shell/links/$id' });
  const navigate = useNavigate({ from: '/links/$id' });
  const isEditing = search.edit === '1';
  const setEditing = (edit: boolean) =>
    void navigate({ search: ({ edit: _, ...rest }) => (edit ? { ...rest, edit: '1' } : rest), replace: !edit });
  const showAll = (isAll: boolean) =>
    void navigate({
      search: ({ history: _, ...rest }) => (isAll ? { ...rest, history: 'all' } : rest),
      replace: true,
      resetScroll: false,
    });
  const analyse = (next: AnalyticsSearch) =>
    void navigate({
      search: ({ edit, history }) => ({ ...next, ...(edit && { edit }), ...(history && { history }) }),
      resetScroll: false,
    });
  const group = t('link.keys.group');
  const copy = () =>
    copyText(link.shortUrl).then(() => sayDone(t('link.copied', { shortUrl: link.shortUrl })), sayFailed);
  useShortcut({ keys: 's', label: t('link.keys.copy'), group }, () => void copy());
  useShortcut({ keys: 'q', label: t('link.keys.qr'), group }, showQr);
  useShortcut({ keys: 'o', label: t('link.keys.open'), group }, () => window.open(link.url, '_blank', 'noopener'));

  return (
    <Page
      title={link.title ?? link.code}
      actions={!isEditing && <LinkActions link={link} onEdit={() => setEditing(true)} onShowQr={showQr} />}
    >
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-4">
          {isEditing ? (
            <Suspense fallback={<Skeleton className="h-144" />}>
              <LinkEdit link={link} onLeave={() => setEditing(false)} />
            </Suspense>
          ) : (
            <LinkHeader link={link} />
          )}
        </div>
        <QrCard link={link} id={QR_ID} />
      </div>
      <Suspense fallback={<Skeleton className="h-144" />}>
        <AnalyticsView link={link.id} search={search} onSearch={analyse} />
      </Suspense>
      <LinkHistory id={link.id} isAll={search.history === 'all'} onShowAll={showAll} />
    </Page>
  );
}

/** Brings the QR code into view, with the focus on its first download. */
function showQr(): void {
  const card = document.getElementById(QR_ID);
  card?.scrollIntoView({ block: 'nearest' });
  card?.querySelector('a')?.focus();
}
