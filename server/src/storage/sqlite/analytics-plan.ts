import type { Database } from 'bun:sqlite';
import { DIMENSIONS } from '@waymark/contract';
import type { ClickRange } from '../../clicks/analytics.ts';
import { type Plan, planClicks } from '../analytics/plan.ts';

export { type ColumnFilter, type Plan, type Series, visitorBit } from '../analytics/plan.ts';

/** Turns filters and quality into a plan. `rowsOnly` for questions that no series answers. */
export function planFor(
  sqlite: Database,
  range: Pick<ClickRange, 'linkId' | 'filters' | 'quality'>,
  rowsOnly = false,
): Plan {
  const find = sqlite.query<{ id: number }, [number, string]>(
    'SELECT id FROM dimension_values WHERE dimension = ? AND value = ?',
  );
  return planClicks(range, (dimension, value) => find.get(DIMENSIONS[dimension], value)?.id, rowsOnly);
}
