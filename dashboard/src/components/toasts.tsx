import { lazy, Suspense, useSyncExternalStore } from 'react';
import { errorText } from '../api/error-text.ts';
import { t } from '../i18n/index.ts';

const UNDO_MS = 10_000;
const FAILED_MS = 15_000;

const loadToaster = () => import('./toaster.tsx').then((m) => ({ default: m.Toaster }));
const Toaster = lazy(loadToaster);
let isWanted = false;
const listeners = new Set<() => void>();

/** Where toasts appear; once in the shell. They are read out as they come. Loaded with the first of them. */
export function Toasts() {
  const wanted = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isWanted,
  );
  return <Suspense>{wanted && <Toaster />}</Suspense>;
}

/** Has them at hand before the first is shown. */
export async function loadToasts(): Promise<void> {
  await loadToaster();
}

/** Says that something was done. */
export function sayDone(text: string): void {
  void show((toast) => toast.success(text));
}

/** Says that something was done and can be taken back, for ten seconds. */
export function sayUndoable(text: string, undo: () => Promise<unknown>): void {
  const action = {
    label: t('common.undo'),
    onClick: () => {
      undo().then(() => sayDone(t('common.undone')), sayFailed);
    },
  };
  void show((toast) => toast.success(text, { duration: UNDO_MS, action }));
}

/** Says what went wrong, with the request's id for whoever runs the server. */
export function sayFailed(error: unknown): void {
  const { text, requestId } = errorText(error);
  const description = requestId === null ? undefined : t('common.requestId', { id: requestId });
  void show((toast) => toast.error(text, { duration: FAILED_MS, ...(description && { description }) }));
}

async function show(say: (toast: typeof import('sonner').toast) => void): Promise<void> {
  const { toast } = await import('sonner');
  if (!isWanted) {
    isWanted = true;
    for (const listener of listeners) listener();
  }
  say(toast);
}
