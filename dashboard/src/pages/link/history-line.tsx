import { MousePointerClick, Pencil, Plus, RotateCcw, SquareActivity, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { formatAgo, formatDateTime, formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { fieldValue } from './field-value.ts';
import type { HistoryRow } from './history-rows.ts';

const ICONS: Record<string, ReactNode> = {
  created: <Plus aria-hidden />,
  updated: <Pencil aria-hidden />,
  deleted: <Trash2 aria-hidden />,
  restored: <RotateCcw aria-hidden />,
};

/** Fields of the log, which speaks the classic API's words. Source: server/src/links/patch-effect.ts. */
const FIELDS = {
  original_url: 'url',
  title: 'title',
  is_active: 'active',
  expires_at: 'expiresAt',
  redirect_status: 'redirectStatus',
} as const;

/** One line of a link's history. */
export function HistoryLine({ row }: { row: HistoryRow }) {
  const now = useNow(HALF_MINUTE_MS);
  const at = row.kind === 'clicks' ? row.last : row.event.at;
  return (
    <li className="flex gap-3 border-b border-line py-2.5 text-sm last:border-0">
      <span className="mt-0.5 text-muted [&_svg]:size-4">
        {row.kind === 'clicks' ? (
          <MousePointerClick aria-hidden />
        ) : (
          (ICONS[row.event.type] ?? <SquareActivity aria-hidden />)
        )}
      </span>
      <div className="min-w-0 flex-1">{row.kind === 'clicks' ? <Clicks row={row} /> : <Happened row={row} />}</div>
      <time dateTime={at} title={formatExact(at)} className="shrink-0 text-right text-muted">
        {formatAgo(at, now)}
      </time>
    </li>
  );
}

function Clicks({ row: { count, first, last } }: { row: HistoryRow & { kind: 'clicks' } }) {
  return (
    <>
      {t('common.clicks', { count })}
      {count > 1 && <span className="block text-muted">{`${formatDateTime(first)} – ${formatDateTime(last)}`}</span>}
    </>
  );
}

function Happened({ row: { event, before } }: { row: HistoryRow & { kind: 'event' } }) {
  const { type, details } = event;
  if (type === 'created' || type === 'deleted' || type === 'restored') {
    return (
      <>
        {t(`link.history.${type}`)}
        <span className="line-clamp-3 wrap-anywhere text-muted">{text(details.original_url)}</span>
      </>
    );
  }
  const field = FIELDS[details.field as keyof typeof FIELDS];
  if (type === 'updated' && field !== undefined) {
    const value = (raw: unknown) =>
      fieldValue(field, field === 'expiresAt' && typeof raw === 'string' ? asUtc(raw) : raw);
    return (
      <>
        {t('link.history.changed', { field: t(`link.fields.${field}`) })}
        <span className="line-clamp-3 wrap-anywhere text-muted">
          {before !== undefined && (
            <>
              <del>{value(before)}</del> <span aria-hidden>→ </span>
            </>
          )}
          <ins className="text-text no-underline">{value(details.new_value)}</ins>
        </span>
      </>
    );
  }
  return (
    <>
      {t('link.history.other', { type })}
      {Object.keys(details).length > 0 && (
        <code className="block font-mono text-xs wrap-anywhere text-muted">{JSON.stringify(details)}</code>
      )}
    </>
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The log's times are UTC without saying so. */
function asUtc(time: string): string {
  return /[zZ]|[+-]\d\d:\d\d$/.test(time) ? time : `${time}Z`;
}
