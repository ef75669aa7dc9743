import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { isTyping } from '../keyboard/shortcuts.ts';
import { paths } from './paths.ts';

/** Pasting an address anywhere but into a field opens the form for a new link with it. */
export function usePasteToShorten(): void {
  const navigate = useNavigate();
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    if (isTyping({ target: event.target })) return;
    const text = event.clipboardData?.getData('text/plain').trim() ?? '';
    if (!/^https?:\/\/\S+$/i.test(text)) return;
    event.preventDefault();
    void navigate(paths.newLink(text));
  });
  useEffect(() => {
    const listen = (event: ClipboardEvent) => onPaste(event);
    document.addEventListener('paste', listen);
    return () => document.removeEventListener('paste', listen);
  }, []);
}
