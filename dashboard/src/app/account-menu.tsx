import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BookOpen, CircleUser, Keyboard, LogOut } from 'lucide-react';
import { api } from '../api/client.ts';
import { queries } from '../api/queries.ts';
import { sayFailed } from '../components/toasts.tsx';
import { t } from '../i18n/index.ts';
import { Kbd } from '../ui/kbd.tsx';
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from '../ui/menu.tsx';
import { LANGUAGES, type Language, setPreferences, THEMES, usePreferences } from './preferences.ts';

/** Who is signed in, how the dashboard looks, and the way out. */
export function AccountMenu({ onShowShortcuts }: { onShowShortcuts(): void }) {
  const { data: session } = useQuery(queries.session());
  const { theme, language } = usePreferences();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    try {
      await api.session.signOut();
      queryClient.clear();
      await navigate({ to: '/sign-in' });
    } catch (error) {
      sayFailed(error);
    }
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-2.5 text-sm hover:bg-sunken"
        >
          <CircleUser aria-hidden className="size-4 text-muted" />
          <span className="min-w-0 flex-1 truncate text-left">{session?.name ?? t('shell.account')}</span>
        </button>
      }
    >
      {session && <MenuHeading>{t('shell.signedInAs', { name: session.name, scope: session.scope })}</MenuHeading>}
      <MenuItem icon={<Keyboard aria-hidden />} onSelect={onShowShortcuts}>
        <span className="flex items-center justify-between gap-4">
          {t('shell.shortcuts.title')} <Kbd keys="?" />
        </span>
      </MenuItem>
      <MenuItem icon={<BookOpen aria-hidden />} onSelect={() => window.open('/api/docs', '_blank', 'noopener')}>
        {t('shell.apiReference')}
      </MenuItem>
      <MenuLine />
      <MenuHeading>{t('shell.theme.title')}</MenuHeading>
      <MenuChoice
        value={theme}
        onChange={(next) => setPreferences({ theme: next })}
        choices={THEMES.map((value) => ({ value, label: t(`shell.theme.${value}`) }))}
      />
      <MenuLine />
      <MenuHeading>{t('shell.language')}</MenuHeading>
      <MenuChoice
        value={language}
        onChange={(next) => {
          setPreferences({ language: next });
          location.reload();
        }}
        choices={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value] }))}
      />
      <MenuLine />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void signOut()}>
        {t('shell.signOut')}
      </MenuItem>
    </Menu>
  );
}
