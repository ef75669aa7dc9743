import { type RefObject, useLayoutEffect, useState } from 'react';

/** Where and how wide an element is on the page; null before the first look.  Units: CSS px. */
export interface Place {
  width: number;
  /** From the top of the document. */
  top: number;
}

/** Follows the place of an element; what stands above it may grow. */
export function usePlace(ref: RefObject<HTMLElement | null>): Place | null {
  const [place, setPlace] = useState<Place | null>(null);
  useLayoutEffect(() => {
    const look = () => {
      if (ref.current === null) return;
      const box = ref.current.getBoundingClientRect();
      const next = { width: Math.floor(box.width), top: Math.round(box.top + window.scrollY) };
      setPlace((before) => (before?.width === next.width && before.top === next.top ? before : next));
    };
    look();
    const observer = new ResizeObserver(look);
    for (const element of [ref.current, ref.current?.parentElement, ...(ref.current?.parentElement?.children ?? [])]) {
      if (element) observer.observe(element);
    }
    return () => observer.disconnect();
  }, [ref]);
  return place;
}
