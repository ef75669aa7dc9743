import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import type { Link } from '@waymark/contract/v1/links';
import { type RefObject, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { t } from '../../i18n/index.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { LIST, TABLE } from '../../ui/table-roles.ts';
import { type Column, fittingColumns, gridTracks } from './columns.ts';
import { LinkCard } from './link-card.tsx';
import { Scrolling } from './link-cells.tsx';
import { LinkRow } from './link-row.tsx';
import type { Sort } from './links-search.ts';
import { ListHeader } from './list-header.tsx';
import type { RowAction } from './row-actions.ts';
import type { Selection } from './selection.ts';
import { usePlace } from './use-place.ts';
import { type RowFocus, useRowFocus } from './use-row-focus.ts';

const ROW_PX = 60;
const CARD_PX = 132;
const CARDS_BELOW_PX = 640;
/** What helps to decide whether a deleted link is wanted back. */
const DELETED_COLUMNS: readonly Column[] = ['destination', 'clicks', 'lastClick', 'expires'];
const HEADER_PX = 40;
/** Room for what floats over the list's lower end. */
const FOOT_PX = 88;
const OVERSCAN = 6;
/** Places shown behind the last loaded row while more is to come. */
const COMING = 8;
/** More is asked for when so many rows are left. */
const AHEAD = 60;

export interface LinksListProps {
  links: readonly Link[];
  columns: readonly Column[];
  sort: Sort;
  deleted: boolean;
  selection: Selection;
  /** Why nothing can be changed; null where it can. */
  refusal: string | null;
  /** null: all are loaded. */
  loadMore: (() => void) | null;
  onSort(sort: Sort): void;
  onSelect(link: Link, extend: boolean): void;
  onSelectAll(): void;
  onAct(action: RowAction, link: Link): void;
  /** The keys' way to the rows. */
  focusRef: RefObject<RowFocus | null>;
}

/** The loaded links, of which only those in view are in the document: a table, or cards where it is narrow. */
export function LinksList(props: LinksListProps) {
  const { links, columns, deleted, selection, refusal, loadMore, focusRef } = props;
  const list = useRef<HTMLDivElement>(null);
  const place = usePlace(list);
  const now = useNow(HALF_MINUTE_MS);
  const cards = place !== null && place.width < CARDS_BELOW_PX;
  const height = cards ? CARD_PX : ROW_PX;
  const headerPx = cards ? 0 : HEADER_PX;
  const chosen = deleted ? DELETED_COLUMNS : columns;
  const shown = useMemo(() => fittingColumns(chosen, place?.width ?? 0), [chosen, place?.width]);
  const tracks = gridTracks(shown);
  const currentIndex = useRef(0);
  // Another function would have all rows, however many, placed anew.
  const getItemKey = useCallback((index: number) => links[index]?.id ?? `coming-${index - links.length}`, [links]);
  const virtualizer = useWindowVirtualizer({
    count: place === null ? 0 : links.length + (loadMore === null ? 0 : COMING),
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: (place?.top ?? 0) + headerPx,
    scrollPaddingStart: headerPx + 64,
    scrollPaddingEnd: FOOT_PX,
    getItemKey,
    // The row that Tab leads into stays in the document, so that the focus is never lost.
    rangeExtractor: (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      const at = currentIndex.current;
      if (at >= range.count || indexes.includes(at)) return indexes;
      return at < (indexes[0] ?? 0) ? [at, ...indexes] : [...indexes, at];
    },
  });
  const focus = useRowFocus(list, links, (index) => virtualizer.scrollToIndex(index));
  currentIndex.current = focus.currentIndex;
  useImperativeHandle(focusRef, () => focus);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew.
  useLayoutEffect(() => virtualizer.measure(), [height, virtualizer]);
  const handlers = useSteady(props);

  const items = virtualizer.getVirtualItems();
  const last = items.findLast(({ index }) => index !== focus.currentIndex)?.index ?? 0;
  const wantsMore = loadMore !== null && place !== null && last >= links.length - AHEAD;
  useEffect(() => {
    if (wantsMore) loadMore?.();
  }, [wantsMore, loadMore]);

  /** Up and down move by rows; with Shift they select. */
  const onArrow = (step: 1 | -1, extend: boolean) => {
    const from = focus.target();
    const to = focus.move(step);
    if (!extend || to === null) return;
    if (from !== null && !selection.ids.has(from.id)) props.onSelect(from, false);
    props.onSelect(to, true);
  };
  const known = loadMore === null ? links.length : null;
  const roles = cards ? LIST.list(t('links.list')) : TABLE.table(t('links.list'), known);
  return (
    <Scrolling value={virtualizer.isScrolling}>
      <div
        ref={list}
        {...roles}
        {...focus.listeners(onArrow)}
        className="overflow-clip rounded-xl border border-line bg-surface"
      >
        {!cards && place !== null && (
          <ListHeader
            {...props}
            columns={shown}
            tracks={tracks}
            height={HEADER_PX}
            allSelected={links.length > 0 && links.every(({ id }) => selection.ids.has(id))}
            someSelected={selection.ids.size > 0}
            deleted={deleted}
          />
        )}
        <div
          {...(!cards && TABLE.rows)}
          className="relative"
          style={{ height: place === null ? '70vh' : virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const link = links[item.index];
            const top = item.start - (place?.top ?? 0) - headerPx;
            if (link === undefined) return <ComingRow key={item.key} top={top} height={height} />;
            const row = {
              link,
              index: item.index,
              top,
              height,
              now,
              refusal,
              selected: selection.ids.has(link.id),
              current: item.index === focus.currentIndex,
              ...handlers,
            };
            return cards ? (
              <LinkCard key={item.key} {...row} count={known} />
            ) : (
              <LinkRow key={item.key} {...row} columns={shown} tracks={tracks} />
            );
          })}
        </div>
      </div>
    </Scrolling>
  );
}

/** The place of a row that is on its way. */
function ComingRow({ top, height }: { top: number; height: number }) {
  return (
    <div
      aria-hidden
      className="absolute inset-x-0 top-0 flex items-center gap-6 border-b border-line px-4"
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <Skeleton className="h-4 w-40" />
      <Skeleton className="h-4 flex-1" />
      <Skeleton className="h-4 w-24" />
    </div>
  );
}

/** The rows' handlers, the same functions from render to render, so that rows that did not change are not drawn again. */
function useSteady({ onAct, onSelect }: Pick<LinksListProps, 'onAct' | 'onSelect'>) {
  const latest = useRef({ onAct, onSelect });
  useLayoutEffect(() => {
    latest.current = { onAct, onSelect };
  });
  return useMemo(
    () => ({
      onAct: (action: RowAction, link: Link) => latest.current.onAct(action, link),
      onSelect: (link: Link, extend: boolean) => latest.current.onSelect(link, extend),
    }),
    [],
  );
}
