import type { Link } from '@waymark/contract/v1/links';
import {
  Copy,
  CopyPlus,
  Ellipsis,
  ExternalLink,
  Pencil,
  Power,
  QrCode,
  RotateCcw,
  SquareCheck,
  Trash2,
} from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { t } from '../../i18n/index.ts';
import { LateMenu, MenuItem, MenuLine, MenuNote } from '../../ui/menu.tsx';
import { actionLabel, CHANGING, ROW_KEYS, type RowAction, rowActions } from './row-actions.ts';

const ICONS: Record<RowAction, ReactNode> = {
  edit: <Pencil aria-hidden />,
  qr: <QrCode aria-hidden />,
  copy: <Copy aria-hidden />,
  visit: <ExternalLink aria-hidden />,
  toggle: <Power aria-hidden />,
  duplicate: <CopyPlus aria-hidden />,
  select: <SquareCheck aria-hidden />,
  delete: <Trash2 aria-hidden />,
  restore: <RotateCcw aria-hidden />,
};

export interface LinkMenuProps {
  link: Link;
  tabIndex: 0 | -1;
  /** Why nothing can be changed; null where it can. */
  refusal: string | null;
  onAct(action: RowAction, link: Link): void;
}

/** All that can be done with a row, each with its key. */
export function LinkMenu({ link, tabIndex, refusal, onAct }: LinkMenuProps) {
  return (
    <LateMenu label={t('links.row.actions', { code: link.code })} icon={<Ellipsis aria-hidden />} tabIndex={tabIndex}>
      {() => (
        <>
          {rowActions(link.deletedAt !== null).map((action) => (
            <Fragment key={action}>
              {action === 'delete' && <MenuLine />}
              <MenuItem
                icon={ICONS[action]}
                keys={ROW_KEYS[action][0] === 'Delete' ? '#' : ROW_KEYS[action][0]}
                danger={action === 'delete'}
                disabledReason={CHANGING.includes(action) ? refusal : null}
                onSelect={() => onAct(action, link)}
              >
                {actionLabel(action, link)}
              </MenuItem>
            </Fragment>
          ))}
          {refusal !== null && <MenuNote>{refusal}</MenuNote>}
        </>
      )}
    </LateMenu>
  );
}
