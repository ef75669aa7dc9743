import { useNavigate } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { paths } from '../../app/paths.ts';
import { sayFailed } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { copyText } from '../../ui/copy-button.tsx';
import { sayCopied } from './say-copied.ts';
import type { LinkChanges } from './use-link-changes.ts';

/** What can be done with one row, by menu and by key. */
export type RowAction = 'edit' | 'qr' | 'copy' | 'visit' | 'toggle' | 'duplicate' | 'select' | 'delete' | 'restore';

export const ROW_KEYS: Record<RowAction, readonly [string, ...string[]]> = {
  edit: ['e'],
  qr: ['q'],
  copy: ['s'],
  visit: ['o'],
  toggle: ['a'],
  duplicate: ['d'],
  select: ['x'],
  delete: ['Delete', '#'],
  restore: ['r'],
};

/** What takes the right to write. */
export const CHANGING: readonly RowAction[] = ['edit', 'toggle', 'duplicate', 'delete', 'restore'];

/** In the order of menus. A deleted link has none of what needs it to be there. */
export function rowActions(deleted: boolean): readonly RowAction[] {
  return deleted
    ? ['restore', 'visit', 'duplicate', 'select']
    : ['edit', 'qr', 'copy', 'visit', 'toggle', 'duplicate', 'select', 'delete'];
}

/** The word for an action: of this link, or of any where none is given. */
export function actionLabel(action: RowAction, link?: Link): string {
  if (action === 'toggle' && link) return t(link.active ? 'links.actions.switchOff' : 'links.actions.switchOn');
  return t(`links.actions.${action}`);
}

export interface RowActionTools {
  changes: LinkChanges;
  /** Why nothing can be changed; null where it can. */
  refusal: string | null;
  showQr(link: Link): void;
  select(link: Link, extend: boolean): void;
}

/** Does an action. `extend`: whether Shift was held. */
export function useRowActions({ changes, refusal, showQr, select }: RowActionTools) {
  const navigate = useNavigate();
  return (action: RowAction, link: Link, extend = false): unknown => {
    if (refusal !== null && CHANGING.includes(action)) return sayFailed(new Error(refusal));
    switch (action) {
      case 'edit':
        return navigate(paths.linkEdit(link.id));
      case 'qr':
        return showQr(link);
      case 'copy':
        return sayCopied(() => copyText(link.shortUrl), 1);
      case 'visit':
        return window.open(link.url, '_blank', 'noopener,noreferrer');
      case 'toggle':
        return changes.change([link], { active: !link.active });
      case 'duplicate':
        return navigate(paths.newLink(link.url));
      case 'select':
        return select(link, extend);
      case 'delete':
        return changes.remove([link]);
      case 'restore':
        return changes.restore([link]);
    }
  };
}
