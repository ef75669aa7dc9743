import { useQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import type { Event } from '@waymark/contract/v1/events';
import { ArrowUp } from 'lucide-react';
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { useNow } from '../../components/use-now.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { isOwnType } from './activity-search.ts';
import { EventRow } from './event-row.tsx';
import type { useActivity } from './use-activity.ts';

const ROW_PX = 45;
/** Scrolled less than this, the reader is at the top, and what is new appears there. */
const TOP_PX = 120;
const ROWS_AHEAD = 20;

/** The log as rows that are made as they come into view. */
export function EventList({ activity }: { activity: ReturnType<typeof useActivity> }) {
  const { list, rows, added, takeIn, remove } = activity;
  const [open, setOpen] = useState<string | null>(null);
  const [asked, setAsked] = useState<Event | null>(null);
  const [isTouched, setTouched] = useState(false);
  const [margin, setMargin] = useState(0);
  const root = useRef<HTMLUListElement>(null);
  const now = useNow();
  const { data: session } = useQuery(queries.session());
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    scrollMargin: margin,
    overscan: 12,
  });
  useLayoutEffect(() => setMargin(root.current?.offsetTop ?? 0), []);

  // Rows must not move away from under a pointer or the focus.
  const atTop = (virtualizer.scrollOffset ?? 0) < TOP_PX && open === null && !isTouched;
  const waiting = added === null ? 0 : added.events.length;
  const take = useEffectEvent(takeIn);
  useEffect(() => {
    if (atTop && waiting > 0) take();
  }, [atTop, waiting]);

  const items = virtualizer.getVirtualItems();
  const nearEnd = (items.at(-1)?.index ?? 0) >= rows.length - ROWS_AHEAD;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [nearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const move = (step: 1 | -1) => {
    const buttons = [...(root.current?.querySelectorAll<HTMLElement>('[data-event-row]') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const next = at === -1 ? buttons.find((button) => button.getBoundingClientRect().top > 0) : buttons[at + step];
    next?.focus();
  };
  const group = t('shell.pages.activity');
  useShortcut({ keys: 'j', label: t('activity.next'), group }, () => move(1));
  useShortcut({ keys: 'k', label: t('activity.previous'), group }, () => move(-1));

  const destroy = async ({ id }: Event) => {
    const putBack = remove(id);
    setOpen(null);
    try {
      await api.events.delete(id);
      sayDone(t('activity.delete.done'));
    } catch (error) {
      putBack();
      sayFailed(error);
    }
  };

  return (
    <>
      <div role="status" className="sticky top-16 z-20 flex h-0 justify-center lg:top-3">
        {!atTop && waiting > 0 && (
          <Button
            kind="primary"
            size="small"
            className="rounded-full! shadow-raised"
            icon={<ArrowUp aria-hidden className="size-4" />}
            onClick={() => {
              setOpen(null);
              takeIn();
              window.scrollTo({ top: 0 });
            }}
          >
            {added?.hasGap ? t('activity.manyNew') : t('activity.new', { count: waiting })}
          </Button>
        )}
      </div>
      <ul
        ref={root}
        aria-label={t('activity.list')}
        onPointerEnter={() => setTouched(true)}
        onPointerLeave={() => setTouched(false)}
        onFocus={() => setTouched(true)}
        onBlur={({ currentTarget, relatedTarget }) => setTouched(currentTarget.contains(relatedTarget))}
        className="relative rounded-xl border border-line bg-surface"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, key, start }) => {
          const event = rows[index];
          if (event === undefined) return null;
          const isLinkHistory = isOwnType(event.type) && event.type !== 'click';
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={hasNextPage ? -1 : rows.length}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start - virtualizer.options.scrollMargin}px)` }}
            >
              <EventRow
                event={event}
                now={now}
                isOpen={open === event.id}
                onToggle={() => setOpen(open === event.id ? null : event.id)}
                onDelete={isLinkHistory ? null : () => setAsked(event)}
                deleteReason={session?.scope === 'read' ? t('activity.delete.readOnly') : null}
              />
            </li>
          );
        })}
      </ul>
      <p role="status" className="flex min-h-8 items-center justify-center gap-3 text-sm text-muted">
        {isFetchNextPageError && (
          <Button size="small" onClick={() => void fetchNextPage()}>
            {t('common.retry')}
          </Button>
        )}
        {isFetchingNextPage ? t('common.loading') : !hasNextPage && t('activity.end')}
      </p>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={t('activity.delete.title')}
        text={asked?.type === 'click' ? t('activity.delete.clickText') : t('activity.delete.text')}
        action={t('activity.delete.action')}
        onConfirm={() => {
          if (asked !== null) void destroy(asked);
        }}
      />
    </>
  );
}
