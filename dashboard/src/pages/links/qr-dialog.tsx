import { Link as RouterLink } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { paths } from '../../app/paths.ts';
import { t } from '../../i18n/index.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

const PRINT_PX = 1024;

/** A link's QR code, to be looked at or saved. Colours and sizes are on the link's page. */
export function QrDialog({ link, onClose }: { link: Link; onClose(): void }) {
  const picture = (query: string) => `/api/v1/links/${encodeURIComponent(link.id)}/qr?${query}`;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('links.qr.title', { code: link.code })}
      description={link.shortUrl}
      footer={
        <>
          <RouterLink {...paths.link(link.id)} className={buttonClass('quiet')}>
            {t('links.qr.more')}
          </RouterLink>
          <a href={picture('format=svg')} download={`${link.code}.svg`} className={buttonClass()}>
            {t('links.qr.svg')}
          </a>
          <a href={picture(`size=${PRINT_PX}`)} download={`${link.code}.png`} className={buttonClass('primary')}>
            {t('links.qr.png')}
          </a>
        </>
      }
    >
      <img
        src={picture('format=svg')}
        alt={t('links.qr.alt', { url: link.shortUrl })}
        width={256}
        height={256}
        className="mx-auto rounded-md bg-white"
      />
    </Dialog>
  );
}
