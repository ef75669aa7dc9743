import type { ImportRow } from '@waymark/contract/v1/imports';
import { one } from '../../app/search-params.ts';

export const OUTCOMES = ['created', 'skipped', 'error', 'undone'] as const satisfies readonly ImportRow['outcome'][];
export type Outcome = (typeof OUTCOMES)[number];

/** What the address says of an import's page: which rows of its report are shown. */
export interface ImportSearch {
  outcome?: Outcome;
}

export function importSearch(raw: Record<string, unknown>): ImportSearch {
  const outcome = OUTCOMES.find((value) => value === one(raw, 'outcome'));
  return outcome === undefined ? {} : { outcome };
}
