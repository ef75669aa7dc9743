import { useEffect, useEffectEvent } from 'react';
import { preferences } from '../app/preferences.ts';

/** A key, or two pressed one after the other: `c`, `g l`, `?`, `mod+k` (Ctrl, or Command on Apple's). */
export interface Shortcut {
  keys: string;
  /** What it does, for the list on `?`. */
  label: string;
  /** Heading it stands under in the list. */
  group: string;
}

interface Bound extends Shortcut {
  run(event: KeyboardEvent): void;
}

const SEQUENCE_MS = 1200;
/** What `mod+` does with them in a field is the field's own. */
const EDITING_KEYS: readonly string[] = ['a', 'c', 'v', 'x', 'y', 'z'];
const bound = new Set<Bound>();
let started: { key: string; at: number } | null = null;

/**
 * Binds a key while the component is there. Single keys do nothing while somebody types, while a dialog or menu is open,
 * or where they are turned off (WCAG 2.2, 2.1.4); those with `mod+` always act.
 */
export function useShortcut(shortcut: Shortcut & { enabled?: boolean }, run: (event: KeyboardEvent) => void): void {
  const { keys, label, group, enabled = true } = shortcut;
  const onKeys = useEffectEvent(run);
  useEffect(() => {
    if (!enabled) return;
    const entry: Bound = { keys, label, group, run: (event) => onKeys(event) };
    bound.add(entry);
    return () => {
      bound.delete(entry);
    };
  }, [keys, label, group, enabled]);
}

/** What can be pressed on this page, in the order in which it was bound. */
export function currentShortcuts(): Shortcut[] {
  return [...bound].map(({ keys, label, group }) => ({ keys, label, group }));
}

/** Listens for all of them. Returns how to stop. */
export function listenForShortcuts(): () => void {
  document.addEventListener('keydown', onKeyDown);
  return () => document.removeEventListener('keydown', onKeyDown);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (EDITING_KEYS.includes(key) && (isTyping(event) || isCovered())) return;
    press(`mod+${key}`, event);
    return;
  }
  if (event.altKey || !preferences().singleKeys || isTyping(event) || isCovered()) return;
  const before = started !== null && event.timeStamp - started.at < SEQUENCE_MS ? started.key : null;
  started = null;
  if (before !== null && press(`${before} ${key}`, event)) return;
  if (press(key, event)) return;
  if ([...bound].some(({ keys }) => keys.startsWith(`${key} `))) started = { key, at: event.timeStamp };
}

/** The one bound last acts: a page's own before the shell's. */
function press(keys: string, event: KeyboardEvent): boolean {
  const entry = [...bound].findLast((each) => each.keys === keys);
  if (entry === undefined) return false;
  event.preventDefault();
  entry.run(event);
  return true;
}

/** Whether the key belongs to a field. */
export function isTyping({ target }: Pick<KeyboardEvent, 'target'>): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)))
  );
}

function isCovered(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}
