import type { RefObject } from 'react';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { actionLabel, ROW_KEYS, type RowAction, rowActions } from './row-actions.ts';
import type { RowFocus } from './use-row-focus.ts';

export interface RowKeysProps {
  focusRef: RefObject<RowFocus | null>;
  deleted: boolean;
  hasSelection: boolean;
  onAct(action: RowAction, event: KeyboardEvent): void;
  onSelectAll(): void;
  onClear(): void;
}

/** Binds the keys of the list: those that move, those that act on the row they are at, those of the selection. */
export function RowKeys({ focusRef, deleted, hasSelection, onAct, onSelectAll, onClear }: RowKeysProps) {
  const group = t('links.keys.group');
  useShortcut({ keys: 'j', label: t('links.keys.next'), group }, () => focusRef.current?.move(1));
  useShortcut({ keys: 'k', label: t('links.keys.previous'), group }, () => focusRef.current?.move(-1));
  useShortcut({ keys: 'mod+a', label: t('links.keys.selectAll'), group }, onSelectAll);
  useShortcut({ keys: 'Escape', label: t('links.keys.clear'), group, enabled: hasSelection }, onClear);
  return rowActions(deleted).flatMap((action) =>
    ROW_KEYS[action].map((keys) => <RowKey key={keys} keys={keys} action={action} onAct={onAct} />),
  );
}

function RowKey({ keys, action, onAct }: { keys: string; action: RowAction } & Pick<RowKeysProps, 'onAct'>) {
  useShortcut({ keys, label: actionLabel(action), group: t('links.keys.group') }, (event) => onAct(action, event));
  return null;
}
