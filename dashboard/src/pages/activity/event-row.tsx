import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Event } from '@waymark/contract/v1/events';
import { ChevronRight, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { queries } from '../../api/queries.ts';
import { paths } from '../../app/paths.ts';
import { ClickQuality } from '../../components/click-quality.tsx';
import { clickDetails } from '../../format/click-details.ts';
import { formatAgo, formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { eventDetails, eventSummary, typeIcon, typeName } from './event-words.tsx';

export interface EventRowProps {
  event: Event;
  now: number;
  isOpen: boolean;
  onToggle(): void;
  /** null: events of this type are part of the link's own history. */
  onDelete: (() => void) | null;
  /** Why it can't be deleted now. */
  deleteReason: string | null;
}

/** One event in a line; opened, with all that is known of it. */
export function EventRow({ event, now, isOpen, onToggle, onDelete, deleteReason }: EventRowProps) {
  const id = useId();
  const { code, quality } = clickDetails(event);
  const { data: link } = useQuery({ ...queries.link(event.linkId), enabled: code === '', staleTime: 60_000 });
  const name = code === '' ? (link?.code ?? `#${event.linkId}`) : code;
  return (
    <div className={classNames('border-b border-line', isOpen && 'bg-sunken/50')}>
      <div className="relative flex min-h-11 flex-wrap items-center gap-x-3 px-3 py-1.5 text-sm hover:bg-sunken/60 sm:flex-nowrap">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={onToggle}
          data-event-row
          className="flex items-center gap-2 text-left after:absolute after:inset-0 sm:w-34 sm:shrink-0 [&_svg]:size-4 [&_svg]:shrink-0"
        >
          <ChevronRight aria-hidden className={classNames('text-muted transition-transform', isOpen && 'rotate-90')} />
          <span aria-hidden className="text-muted">
            {typeIcon(event.type)}
          </span>
          <span className="truncate">{typeName(event.type)}</span>
        </button>
        <Link
          {...paths.link(event.linkId)}
          className="relative z-10 max-w-40 truncate font-medium hover:underline sm:w-36 sm:shrink-0"
        >
          {name}
        </Link>
        <span className="order-1 min-w-0 flex-1 basis-full truncate pl-6 text-muted sm:order-none sm:basis-auto sm:pl-0">
          {eventSummary(event)}
        </span>
        <ClickQuality quality={quality} />
        <time
          dateTime={event.at}
          title={formatExact(event.at)}
          className="ml-auto w-24 shrink-0 text-right text-xs text-muted tabular-nums"
        >
          {formatAgo(event.at, Math.max(now, Date.parse(event.at)), 'short')}
        </time>
      </div>
      {isOpen && (
        <div id={id} className="flex flex-col gap-3 px-4 pt-1 pb-4 sm:pl-11">
          <dl className="grid gap-x-8 gap-y-1 text-sm sm:grid-cols-2">
            <Detail label={t('activity.details.at')} value={formatExact(event.at)} />
            <Detail label={t('activity.details.id')} value={event.id} />
            <Detail label={t('activity.details.linkId')} value={event.linkId} />
            {event.userId !== null && <Detail label={t('activity.details.userId')} value={event.userId} />}
            {eventDetails(event).map((detail) => (
              <Detail key={detail.name} label={detail.label} value={detail.value} />
            ))}
          </dl>
          <div className="flex flex-wrap items-center gap-2">
            <CopyButton text={JSON.stringify(event, null, 2)} label={t('activity.copyJson')} />
            <span aria-hidden className="text-xs text-muted">
              {t('activity.copyJson')}
            </span>
            {onDelete && (
              <Button
                size="small"
                kind="danger"
                className="ml-auto"
                icon={<Trash2 aria-hidden className="size-4" />}
                onClick={onDelete}
                disabledReason={deleteReason}
              >
                {t('activity.delete.action')}
              </Button>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

function Detail({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex min-w-0 gap-3">
      <dt className="w-32 shrink-0 truncate text-muted" title={label}>
        {label}
      </dt>
      <dd className="min-w-0 wrap-anywhere">{value}</dd>
    </div>
  );
}
