import { Toaster as Sonner, toast } from 'sonner';
import { errorText } from '../api/error-text.ts';
import { usePreferences } from '../app/preferences.ts';
import { t } from '../i18n/index.ts';

const UNDO_MS = 10_000;

/** Where toasts appear; once in the shell. They are read out as they come. */
export function Toasts() {
  const { theme } = usePreferences();
  return <Sonner theme={theme} position="bottom-right" closeButton toastOptions={{ className: 'font-sans!' }} />;
}

/** Says that something was done. */
export function sayDone(text: string): void {
  toast.success(text);
}

/** Says that something was done and can be taken back, for ten seconds. */
export function sayUndoable(text: string, undo: () => Promise<unknown>): void {
  toast.success(text, {
    duration: UNDO_MS,
    action: {
      label: t('common.undo'),
      onClick: () => {
        undo().then(() => sayDone(t('common.undone')), sayFailed);
      },
    },
  });
}

/** Says what went wrong, with the request's id for whoever runs the server. */
export function sayFailed(error: unknown): void {
  const { text, requestId } = errorText(error);
  toast.error(text, {
    duration: 15_000,
    ...(requestId !== null && { description: t('common.requestId', { id: requestId }) }),
  });
}
