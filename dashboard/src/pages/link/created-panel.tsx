import { Link as To } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { paths } from '../../app/paths.ts';
import { sayFailed } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { copyText } from '../../ui/copy-button.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { QR_DEFAULT, qrUrl } from './qr-options.ts';

export interface CreatedPanelProps {
  link: Link;
  /** Whether it is on the clipboard already. */
  isCopied: boolean;
  onAgain(): void;
}

/** A link that was just made: its short URL to take along, and what may come next. */
export function CreatedPanel({ link, isCopied, onAgain }: CreatedPanelProps) {
  const [copied, setCopied] = useState(isCopied);
  const copy = () => copyText(link.shortUrl).then(() => setCopied(true), sayFailed);
  useShortcut({ keys: 'n', label: t('link.created.again'), group: t('link.keys.group') }, onAgain);
  return (
    <Card title={t('link.created.title')}>
      <div className="flex flex-wrap items-center gap-5">
        <img
          src={qrUrl(link.id, 'svg', QR_DEFAULT)}
          alt={t('link.qr.alt', { shortUrl: link.shortUrl })}
          width={144}
          height={144}
          className="rounded-lg border border-line"
        />
        <div className="flex min-w-0 flex-1 basis-64 flex-col gap-3">
          <a
            href={link.shortUrl}
            target="_blank"
            rel="noopener"
            className="text-xl font-semibold wrap-anywhere text-accent hover:underline"
          >
            {link.shortUrl.replace(/^https?:\/\//, '')}
          </a>
          <p className="line-clamp-2 text-sm wrap-anywhere text-muted">
            {t('link.created.leadsTo', { url: link.url })}
          </p>
          <div className="flex flex-wrap gap-2">
            <Button
              kind="primary"
              autoFocus
              icon={copied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
              onClick={() => void copy()}
            >
              {copied ? t('link.created.copyAgain') : t('link.copyShort')}
            </Button>
            <Button onClick={onAgain}>
              {t('link.created.again')} <Kbd keys="n" />
            </Button>
            <To {...paths.link(link.id)} className={buttonClass('quiet')}>
              {t('link.created.show')}
            </To>
          </div>
          <p role="status" className="text-sm text-good">
            {copied ? t('link.created.copied') : ''}
          </p>
        </div>
      </div>
    </Card>
  );
}
