import { Link as RouterLink } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { createContext, useContext } from 'react';
import { paths } from '../../app/paths.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { restorableUntil } from '../../components/link-state.ts';
import { formatAgo, formatDate, formatExact } from '../../format/dates.ts';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { Column } from './columns.ts';
import { useSparkline } from './use-sparkline.ts';

/** Whether the list is being scrolled: what costs a question waits until it rests. */
export const Scrolling = createContext(false);

/** The short link, which leads to the link's page. `tabIndex`: one row at a time can be reached by Tab. */
export function ShortLink({ link, tabIndex }: { link: Link; tabIndex: 0 | -1 }) {
  const className = 'flex min-w-0 rounded-sm font-medium';
  const words = (
    <>
      <span className="min-w-0 shrink-[1000000] truncate font-normal text-muted">{link.domain}/</span>
      <span className="min-w-0 truncate">{link.code}</span>
    </>
  );
  // A deleted link's page knows no more than this row.
  if (link.deletedAt !== null) {
    return (
      <span id={focusId(link)} tabIndex={tabIndex} title={link.shortUrl} className={className}>
        {words}
      </span>
    );
  }
  return (
    <RouterLink
      {...paths.link(link.id)}
      id={focusId(link)}
      tabIndex={tabIndex}
      preload={false}
      title={link.shortUrl}
      className={`${className} hover:underline`}
    >
      {words}
    </RouterLink>
  );
}

/** The element of a row that takes the focus. */
export function focusId({ id }: Pick<Link, 'id'>): string {
  return `link-${id}`;
}

/** The destination, its host before the rest, as it is in ASCII. */
export function Destination({ url, tabIndex }: { url: string; tabIndex: 0 | -1 }) {
  const { host, rest } = splitUrl(url);
  return (
    <a
      href={url}
      title={url}
      target="_blank"
      rel="noopener noreferrer"
      tabIndex={tabIndex}
      className="block min-w-0 truncate rounded-sm text-muted hover:underline"
    >
      <span className="font-medium text-text">{host}</span>
      {rest}
    </a>
  );
}

function splitUrl(url: string): { host: string; rest: string } {
  try {
    const { host, pathname, search, hash } = new URL(url);
    return { host, rest: `${pathname}${search}${hash}`.replace(/^\/$/, '') };
  } catch {
    return { host: url, rest: '' };
  }
}

/** Clicks of people, and all of them with it. */
export function Clicks({ link: { humanClicks, clicks }, className }: { link: Link; className?: string }) {
  return (
    <span title={t('links.row.clicksTitle', { people: humanClicks, count: clicks })} className="whitespace-nowrap">
      <span className="font-medium">{formatCount(humanClicks)}</span>{' '}
      <span className={classNames('text-muted', className)}>{t('links.row.allClicks', { count: clicks })}</span>
    </span>
  );
}

/** The last 30 days as a small line. */
export function Trend({ id, className = 'h-7 w-24' }: { id: string; className?: string }) {
  const { data, isPending, isError } = useSparkline(id, useContext(Scrolling));
  if (isPending) return <Skeleton className={className} />;
  const count = data?.reduce((sum, points) => sum + points, 0) ?? 0;
  if (isError || data === undefined || count === 0) {
    return <span className="text-sm text-muted">{isError ? t('common.unknown') : <NoTrend />}</span>;
  }
  return <Sparkline points={data} label={t('links.row.trend', { count })} className={className} />;
}

function NoTrend() {
  return (
    <>
      <span aria-hidden>–</span>
      <span className="sr-only">{t('links.row.noTrend')}</span>
    </>
  );
}

/** How long ago; exactly in its title. */
export function Ago({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={formatExact(at)} className="whitespace-nowrap">
      {formatAgo(at, now)}
    </time>
  );
}

function Day({ at }: { at: string | number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)} className="whitespace-nowrap">
      {formatDate(at)}
    </time>
  );
}

/** What a column shows of a link. */
export function Cell({ column, link, now, tabIndex }: { column: Column; link: Link; now: number; tabIndex: 0 | -1 }) {
  switch (column) {
    case 'destination':
      return <Destination url={link.url} tabIndex={tabIndex} />;
    case 'trend':
      return <Trend id={link.id} />;
    case 'clicks':
      return <Clicks link={link} className="block text-xs" />;
    case 'lastClick':
      return link.lastClickAt === null ? t('links.row.neverClicked') : <Ago at={link.lastClickAt} now={now} />;
    case 'created':
      return <Day at={link.createdAt} />;
    case 'updated':
      return <Day at={link.updatedAt} />;
    case 'expires':
      if (link.deletedAt !== null) return <Day at={restorableUntil(link.deletedAt)} />;
      return link.expiresAt === null ? t('common.never') : <Day at={link.expiresAt} />;
    case 'redirect':
      return link.redirectStatus;
  }
}
