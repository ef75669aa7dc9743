import { Dialog } from 'radix-ui';
import { t } from '../i18n/index.ts';
import { AccountMenu } from './account-menu.tsx';
import { Brand, Navigation } from './navigation.tsx';
import type { NavPage } from './pages.tsx';

export interface NavigationDrawerProps {
  pages: readonly NavPage[];
  onClose(): void;
  onShowShortcuts(): void;
}

/** The navigation where there is no room for it beside the page. It closes with the choice of a page. */
export function NavigationDrawer({ pages, onClose, onShowShortcuts }: NavigationDrawerProps) {
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45 lg:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          onClick={(event) => event.target instanceof Element && event.target.closest('a') && onClose()}
          className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col gap-1 border-r border-line bg-surface p-3 lg:hidden"
        >
          <Dialog.Title className="sr-only">{t('shell.navigation')}</Dialog.Title>
          <Brand />
          <Navigation pages={pages} />
          <div className="mt-auto">
            <AccountMenu onShowShortcuts={onShowShortcuts} />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
