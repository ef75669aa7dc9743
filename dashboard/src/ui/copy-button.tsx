import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { t } from '../i18n/index.ts';
import { IconButton } from './button.tsx';

const SHOWN_MS = 1500;

/** Copies `text` and says so for a moment. */
export function CopyButton({
  text,
  label,
  size = 'small',
}: {
  text: string;
  label: string;
  size?: 'small' | 'medium';
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <IconButton
      size={size}
      label={copied ? t('common.copied') : label}
      icon={copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
      onClick={() => void copy()}
    />
  );
}

/** Puts text on the clipboard, also on a plain http page, where browsers keep their own API from us. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
