import { Activity, ChartNoAxesCombined, FileUp, House, KeyRound, Link2, Server } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '../i18n/index.ts';

export interface NavPage {
  to: '/' | '/links' | '/analytics' | '/activity' | '/imports' | '/keys' | '/system';
  label: string;
  icon: ReactNode;
  /** Keys that lead there. */
  keys: string;
}

/** The pages of the navigation, of the palette and of the `g` keys, in their order. */
export function navPages(): NavPage[] {
  return [
    { to: '/', label: t('shell.pages.home'), icon: <House aria-hidden />, keys: 'g h' },
    { to: '/links', label: t('shell.pages.links'), icon: <Link2 aria-hidden />, keys: 'g l' },
    { to: '/analytics', label: t('shell.pages.analytics'), icon: <ChartNoAxesCombined aria-hidden />, keys: 'g a' },
    { to: '/activity', label: t('shell.pages.activity'), icon: <Activity aria-hidden />, keys: 'g e' },
    { to: '/imports', label: t('shell.pages.imports'), icon: <FileUp aria-hidden />, keys: 'g i' },
    { to: '/keys', label: t('shell.pages.keys'), icon: <KeyRound aria-hidden />, keys: 'g k' },
    { to: '/system', label: t('shell.pages.system'), icon: <Server aria-hidden />, keys: 'g s' },
  ];
}
