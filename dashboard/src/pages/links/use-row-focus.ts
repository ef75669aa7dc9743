import type { Link } from '@waymark/contract/v1/links';
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { focusId } from './link-cells.tsx';

export interface RowFocus {
  /** The row that Tab leads into. */
  currentIndex: number;
  /** The row that single keys act on: the one that has the focus, else the one under the pointer. */
  target(): Link | null;
  /** Moves the focus by rows; from nowhere to the row that had it last. */
  move(step: 1 | -1): Link | null;
  /** For the list's element. `onArrow`: an arrow key was pressed, with Shift or without. */
  listeners(onArrow: (step: 1 | -1, shift: boolean) => void): {
    onFocus(event: Where): void;
    onMouseOver(event: Where): void;
    onMouseLeave(): void;
    onKeyDown(event: KeyboardEvent): void;
  };
}

interface Where {
  target: EventTarget;
}

/** Which row the keyboard is at. `reveal` scrolls a row into view. */
export function useRowFocus(
  list: RefObject<HTMLElement | null>,
  links: readonly Link[],
  reveal: (index: number) => void,
): RowFocus {
  const [current, setCurrent] = useState<{ id: string; index: number } | null>(null);
  const hovered = useRef<string | null>(null);
  const find = (id: string | null) => (id === null ? -1 : links.findIndex((link) => link.id === id));
  const currentIndex = (() => {
    if (current === null || links.length === 0) return 0;
    if (links[current.index]?.id === current.id) return current.index;
    const moved = find(current.id);
    // Where the row is gone, the one that took its place.
    return moved === -1 ? Math.min(current.index, links.length - 1) : moved;
  })();
  const focused = () =>
    list.current?.contains(document.activeElement) ? idAt({ target: document.activeElement ?? document.body }) : null;
  return {
    currentIndex,
    target: () => links[find(focused() ?? hovered.current)] ?? null,
    move: (step) => {
      const next = focused() === null ? currentIndex : Math.max(0, Math.min(links.length - 1, currentIndex + step));
      const link = links[next];
      if (link === undefined) return null;
      flushSync(() => setCurrent({ id: link.id, index: next }));
      reveal(next);
      document.getElementById(focusId(link))?.focus({ preventScroll: true });
      return link;
    },
    listeners: (onArrow) => ({
      onFocus: (event) => {
        const id = idAt(event);
        if (id !== null) setCurrent({ id, index: find(id) });
      },
      onMouseOver: (event) => {
        hovered.current = idAt(event);
      },
      onMouseLeave: () => {
        hovered.current = null;
      },
      onKeyDown: (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 } as const;
        if (!(event.key in step) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        onArrow(step[event.key as keyof typeof step], event.shiftKey);
      },
    }),
  };
}

function idAt({ target }: Where): string | null {
  const row = target instanceof Element ? target.closest('[data-link]') : null;
  return row instanceof HTMLElement ? (row.dataset.link ?? null) : null;
}
