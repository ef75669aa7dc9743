import { useState } from 'react';

/** Columns that can be chosen, in their order; the short link is always there. `px`: the room that one takes at least, the gap before it counted in. */
export const COLUMNS = {
  destination: { px: 170, track: 'minmax(0, 2fr)' },
  trend: { px: 108, track: '6rem' },
  clicks: { px: 92, track: '5rem' },
  lastClick: { px: 124, track: '7rem' },
  created: { px: 112, track: '6.25rem' },
  updated: { px: 112, track: '6.25rem' },
  expires: { px: 124, track: '7rem' },
  redirect: { px: 100, track: '5.5rem' },
} as const;
export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as Column[];

const DEFAULT: readonly Column[] = ['destination', 'trend', 'clicks', 'lastClick', 'created'];
/** Checkbox, short link, and what a row can do. */
const FIXED_PX = 40 + 210 + 44;

/** Of the chosen columns those that fit into the width; what gives way first stands last. */
export function fittingColumns(chosen: readonly Column[], width: number): Column[] {
  let room = width - FIXED_PX;
  return COLUMN_NAMES.filter((name) => {
    if (!chosen.includes(name) || room < COLUMNS[name].px) return false;
    room -= COLUMNS[name].px;
    return true;
  });
}

/** CSS grid columns of a row. */
export function gridTracks(columns: readonly Column[]): string {
  return ['2.5rem', 'minmax(0, 1.7fr)', ...columns.map((name) => COLUMNS[name].track), '2.75rem'].join(' ');
}

const KEY = 'waymark.links.columns';

/** The columns chosen on this browser, and how to choose. */
export function useColumns(): [readonly Column[], (columns: readonly Column[]) => void] {
  const [columns, setColumns] = useState(readColumns);
  return [
    columns,
    (next) => {
      setColumns(next);
      try {
        localStorage.setItem(KEY, JSON.stringify(next));
      } catch {
        // Private windows may refuse; the choice lasts until the page is left.
      }
    },
  ];
}

function readColumns(): readonly Column[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return Array.isArray(kept) ? COLUMN_NAMES.filter((name) => kept.includes(name)) : DEFAULT;
  } catch {
    return DEFAULT;
  }
}
