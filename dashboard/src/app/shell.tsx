import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Menu as MenuIcon, Plus, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { OfflineNote } from '../components/offline-note.tsx';
import { loadToasts, Toasts } from '../components/toasts.tsx';
import { t } from '../i18n/index.ts';
import { listenForShortcuts, useShortcut } from '../keyboard/shortcuts.ts';
import { buttonClass, IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Brand, Navigation } from './navigation.tsx';
import { type NavPage, navPages } from './pages.tsx';
import { usePasteToShorten } from './paste-to-shorten.ts';
import { paths } from './paths.ts';

const loadPalette = () => import('./command-palette.tsx').then((m) => ({ default: m.CommandPalette }));
const CommandPalette = lazy(loadPalette);
const NavigationDrawer = lazy(() => import('./navigation-drawer.tsx').then((m) => ({ default: m.NavigationDrawer })));
const ShortcutList = lazy(() => import('./shortcut-list.tsx').then((m) => ({ default: m.ShortcutList })));

/** After what the page itself loads. */
const AHEAD_AFTER_MS = 1500;

/** What cannot be had now is asked for again when it is needed. */
async function loadAhead(): Promise<void> {
  await Promise.allSettled([loadPalette(), loadToasts()]);
}

/** What surrounds every page: navigation, palette, keys, toasts. */
export function Shell() {
  const [open, setOpen] = useState<'palette' | 'shortcuts' | 'navigation' | null>(null);
  const navigate = useNavigate();
  const group = t('shell.shortcuts.everywhere');
  useEffect(() => listenForShortcuts(), []);
  // Who opens the palette types at once, and a toast may have to say that the server is away: both have to be there by then.
  useEffect(() => {
    const wait = setTimeout(() => void loadAhead(), AHEAD_AFTER_MS);
    return () => clearTimeout(wait);
  }, []);
  useShortcut({ keys: 'mod+k', label: t('shell.openPalette'), group }, () => setOpen('palette'));
  useShortcut({ keys: '/', label: t('shell.openPalette'), group }, () => setOpen('palette'));
  useShortcut({ keys: '?', label: t('shell.showShortcuts'), group }, () => setOpen('shortcuts'));
  useShortcut({ keys: 'c', label: t('shell.newLink'), group }, () => void navigate(paths.newLink()));
  usePasteToShorten();
  const pages = navPages();
  const { pathname } = useLocation();

  return (
    <div className="flex min-h-dvh">
      <a href="#main" className={`${buttonClass('primary')} fixed top-2 left-2 z-60 not-focus:sr-only`}>
        {t('shell.skip')}
      </a>
      {pages.map((page) => (
        <PageKeys key={page.to} page={page} />
      ))}
      <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-1 border-r border-line bg-surface p-3 lg:flex">
        <Brand />
        <Link {...paths.newLink()} className={`${buttonClass('primary')} mt-2`}>
          <Plus aria-hidden className="size-4" />
          {t('shell.newLink')}
        </Link>
        <button
          type="button"
          onClick={() => setOpen('palette')}
          className="mt-1 mb-2 flex h-9 items-center gap-2 rounded-md border border-line-strong/40 px-3 text-sm text-muted hover:bg-sunken"
        >
          <Search aria-hidden className="size-4" />
          <span className="flex-1 text-left">{t('common.search')}</span>
          <Kbd keys="mod+k" />
        </button>
        <Navigation pages={pages} />
        <div className="mt-auto">
          <AccountMenu onShowShortcuts={() => setOpen('shortcuts')} />
        </div>
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex items-center gap-1 border-b border-line bg-surface px-3 py-2 lg:hidden">
          <IconButton
            label={t('shell.openNavigation')}
            icon={<MenuIcon aria-hidden />}
            onClick={() => setOpen('navigation')}
          />
          <Brand />
          <span className="flex-1" />
          <IconButton label={t('shell.openPalette')} icon={<Search aria-hidden />} onClick={() => setOpen('palette')} />
          <Link
            {...paths.newLink()}
            className={`${buttonClass('primary', 'small')} w-9 px-0!`}
            aria-label={t('shell.newLink')}
          >
            <Plus aria-hidden className="size-4" />
          </Link>
        </header>
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none" key={pathname.split('/')[1]}>
          <Suspense fallback={<Skeleton className="m-6 h-64" />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Suspense>
        {open === 'palette' && (
          <CommandPalette onClose={() => setOpen(null)} onShowShortcuts={() => setOpen('shortcuts')} />
        )}
        {open === 'navigation' && (
          <NavigationDrawer pages={pages} onClose={() => setOpen(null)} onShowShortcuts={() => setOpen('shortcuts')} />
        )}
        {open === 'shortcuts' && <ShortcutList onClose={() => setOpen(null)} />}
      </Suspense>
      <OfflineNote />
      <Toasts />
    </div>
  );
}

/** Binds the keys of one page. */
function PageKeys({ page: { to, label, keys } }: { page: NavPage }) {
  const navigate = useNavigate();
  useShortcut(
    { keys, label: t('shell.goTo', { page: label }), group: t('shell.shortcuts.pages') },
    () => void navigate({ to }),
  );
  return null;
}
