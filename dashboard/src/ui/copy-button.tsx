import { Check, Copy, X } from 'lucide-react';
import { useState } from 'react';
import { t } from '../i18n/index.ts';
import { IconButton } from './button.tsx';

const SHOWN_MS = 1500;

const ICONS = {
  copy: <Copy aria-hidden />,
  copied: <Check aria-hidden className="text-good" />,
  copyFailed: <X aria-hidden className="text-danger" />,
} as const;

/** Copies `text` and says for a moment whether it did. */
export function CopyButton({
  text,
  label,
  size = 'small',
}: {
  text: string;
  label: string;
  size?: 'small' | 'medium';
}) {
  const [state, setState] = useState<keyof typeof ICONS>('copy');
  const copy = async () => {
    setState(
      await copyText(text).then(
        () => 'copied' as const,
        () => 'copyFailed' as const,
      ),
    );
    setTimeout(() => setState('copy'), SHOWN_MS);
  };
  return (
    <IconButton
      size={size}
      label={state === 'copy' ? label : t(`common.${state}`)}
      icon={ICONS[state]}
      onClick={() => void copy()}
    />
  );
}

/**
 * Puts text on the clipboard, also on a plain http page, where browsers keep their own API from us.
 * Errors: rejects, in words, where the browser refuses.
 */
export async function copyText(text: string): Promise<void> {
  const isCopied = await (navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  ) ?? copySelected(text));
  if (!isCopied) throw new Error(t('common.copyFailed'));
}

/** @NOTE Inside the open window, which takes the focus back from everything outside of it. */
function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  (focused?.closest('[role="dialog"]') ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
