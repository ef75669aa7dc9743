import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';

/** Copies and says how many short links are on the clipboard. */
export async function sayCopied(copy: () => Promise<void>, count: number): Promise<void> {
  try {
    await copy();
    sayDone(t('links.done.copied', { count }));
  } catch (error) {
    sayFailed(error);
  }
}
