/** Between an element and its tooltip, and between that and the window's edge.  Units: CSS px. */
const GAP = 6;
const EDGE = 8;

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where a tooltip stands: above its element, below it where there is no room, never beyond the window.  Units: CSS px. */
export function placeOf(
  element: Box,
  tip: Pick<Box, 'width' | 'height'>,
  window: Pick<Box, 'width' | 'height'>,
): { left: number; top: number } {
  const middle = element.left + element.width / 2 - tip.width / 2;
  const above = element.top - GAP - tip.height;
  return {
    left: Math.round(Math.max(EDGE, Math.min(middle, window.width - EDGE - tip.width))),
    top: Math.round(above >= EDGE ? above : element.top + element.height + GAP),
  };
}
