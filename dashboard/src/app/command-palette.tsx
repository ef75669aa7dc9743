import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { Keyboard, Link2, MoonStar, Plus } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { queries } from '../api/queries.ts';
import { t } from '../i18n/index.ts';
import { Kbd } from '../ui/kbd.tsx';
import { navPages } from './pages.tsx';
import { paths } from './paths.ts';
import { preferences, setPreferences } from './preferences.ts';

const LINKS_SHOWN = 8;

/** Links, pages and actions by name, from anywhere. */
export function CommandPalette({ onClose, onShowShortcuts }: { onClose(): void; onShowShortcuts(): void }) {
  const [text, setText] = useState('');
  // At once, and never what was found before: Enter takes what belongs to the text.
  const q = text.trim();
  const navigate = useNavigate();
  const found = useInfiniteQuery({
    ...queries.links({ ...(q !== '' && { q }), limit: LINKS_SHOWN }),
    enabled: q !== '',
  });
  const links = q === '' || found.isPlaceholderData ? [] : (found.data?.pages[0]?.data ?? []);
  const isUrl = /^https?:\/\/\S+$/i.test(q);
  const go = (act: () => unknown) => () => {
    onClose();
    act();
  };
  const isDark = document.documentElement.dataset.theme === 'dark';
  const matches = (label: string) => label.toLowerCase().includes(q.toLowerCase());
  const actions = [
    { label: t('shell.newLink'), icon: <Plus aria-hidden />, keys: 'c', run: () => navigate(paths.newLink()) },
    {
      label: isDark ? t('shell.theme.toLight') : t('shell.theme.toDark'),
      icon: <MoonStar aria-hidden />,
      run: () => setPreferences({ theme: isDark ? 'light' : 'dark' }),
    },
    { label: t('shell.showShortcuts'), icon: <Keyboard aria-hidden />, keys: '?', run: onShowShortcuts },
  ].filter(({ label }) => matches(label));
  const pages = navPages().filter(({ label }) => matches(label));

  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-raised"
        >
          <Dialog.Title className="sr-only">{t('shell.palette')}</Dialog.Title>
          <Command shouldFilter={false} label={t('shell.palette')} loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder={t('shell.paletteHint')}
              className="h-12 w-full border-b border-line bg-transparent px-4 outline-none placeholder:text-muted"
            />
            <Command.List className="max-h-[55vh] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted">
              {q !== '' && !isUrl && links.length + pages.length + actions.length === 0 && (
                <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
                  {found.isFetching ? t('common.loading') : t('shell.nothingFound', { q })}
                </Command.Empty>
              )}
              {isUrl && (
                <Item value="shorten" icon={<Plus aria-hidden />} onSelect={go(() => navigate(paths.newLink(q)))}>
                  {t('shell.shorten', { url: q })}
                </Item>
              )}
              {links.length > 0 && (
                <Command.Group heading={t('shell.pages.links')}>
                  {links.map((link) => (
                    <Item
                      key={link.id}
                      value={`link ${link.id}`}
                      icon={<Link2 aria-hidden />}
                      onSelect={go(() => navigate(paths.link(link.id)))}
                    >
                      <span className="font-medium">{link.code}</span>
                      <span className="ml-2 text-muted">{link.title ?? link.url}</span>
                    </Item>
                  ))}
                </Command.Group>
              )}
              {pages.length > 0 && (
                <Command.Group heading={t('shell.pagesTitle')}>
                  {pages.map(({ to, label, icon, keys }) => (
                    <Item key={to} value={`page ${to}`} icon={icon} keys={keys} onSelect={go(() => navigate({ to }))}>
                      {label}
                    </Item>
                  ))}
                </Command.Group>
              )}
              {actions.length > 0 && (
                <Command.Group heading={t('common.actions')}>
                  {actions.map(({ label, icon, keys, run }) => (
                    <Item key={label} value={`action ${label}`} icon={icon} {...(keys && { keys })} onSelect={go(run)}>
                      {label}
                    </Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Item({
  value,
  icon,
  keys,
  onSelect,
  children,
}: {
  value: string;
  icon: ReactNode;
  keys?: string;
  onSelect(): void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-10 items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-accent-soft [&_svg]:size-4 [&_svg]:shrink-0"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys && preferences().singleKeys && <Kbd keys={keys} />}
    </Command.Item>
  );
}
