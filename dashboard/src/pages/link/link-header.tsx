import type { Link } from '@waymark/contract/v1/links';
import { ExternalLink } from 'lucide-react';
import { LinkStateList } from '../../components/link-badges.tsx';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { formatAgo, formatDateTime, formatExact } from '../../format/dates.ts';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

/** A link in short: its short URL, where it leads, how it stands, what it counted. */
export function LinkHeader({ link }: { link: Link }) {
  const now = useNow(HALF_MINUTE_MS);
  const when = (at: string | null) =>
    at === null ? t('common.never') : <time dateTime={at}>{`${formatAgo(at, now)} · ${formatDateTime(at)}`}</time>;
  const facts = [
    { name: t('link.facts.clicks'), value: formatCount(link.clicks) },
    { name: t('link.facts.humanClicks'), value: formatCount(link.humanClicks) },
    { name: t('link.facts.lastClick'), value: when(link.lastClickAt) },
    { name: t('link.facts.created'), value: when(link.createdAt) },
    { name: t('link.facts.updated'), value: when(link.updatedAt) },
    {
      name: t('link.facts.ends'),
      value: link.expiresAt === null ? t('common.never') : formatExact(link.expiresAt),
    },
    { name: t('link.facts.redirect'), value: t(`link.form.redirect.${link.redirectStatus}`) },
  ];
  return (
    <Card title={t('link.about')} hideTitle actions={<LinkStateList link={link} />}>
      <div className="flex items-center gap-1.5">
        <a
          href={link.shortUrl}
          target="_blank"
          rel="noopener"
          className="min-w-0 text-lg font-semibold wrap-anywhere text-accent hover:underline"
        >
          {link.shortUrl.replace(/^https?:\/\//, '')}
        </a>
        <CopyButton text={link.shortUrl} label={t('link.copyShort')} />
      </div>
      <div className="mt-0.5 flex items-start gap-1.5">
        <a
          href={link.url}
          target="_blank"
          rel="noopener noreferrer"
          title={link.url}
          className="my-1 line-clamp-3 min-w-0 text-sm wrap-anywhere text-muted hover:underline"
        >
          {link.url}
          <ExternalLink aria-hidden className="ml-1 inline size-3.5 align-[-0.1em]" />
        </a>
        <CopyButton text={link.url} label={t('link.copyDestination')} />
      </div>
      <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-3 border-t border-line pt-4 text-sm xl:grid-cols-3">
        {facts.map(({ name, value }) => (
          <div key={name} className="min-w-0">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
