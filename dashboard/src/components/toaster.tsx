import { Toaster as Sonner } from 'sonner';
import { usePreferences } from '../app/preferences.ts';

/** The place on the page where toasts stand. */
export function Toaster() {
  const { theme } = usePreferences();
  return <Sonner theme={theme} position="bottom-right" closeButton toastOptions={{ className: 'font-sans!' }} />;
}
