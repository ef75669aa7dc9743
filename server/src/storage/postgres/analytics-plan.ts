import { DIMENSIONS } from '@waymark/contract';
import { type Kysely, sql } from 'kysely';
import type { ClickRange } from '../../clicks/analytics.ts';
import { type Plan, planClicks, valuesNamed } from '../analytics/plan.ts';
import type { Schema } from './schema.ts';

/** Turns filters and quality into a plan. `rowsOnly` for questions that no series answers. */
export async function planFor(
  db: Kysely<Schema>,
  range: Pick<ClickRange, 'linkId' | 'filters' | 'quality'>,
  rowsOnly = false,
): Promise<Plan> {
  const named = valuesNamed(range);
  const ids = new Map<string, number>();
  if (named.length > 0) {
    const { rows } = await sql<{ dimension: number; value: string; id: number }>`
      SELECT v.dimension, v.value, v.id
      FROM unnest(${named.map(([dimension]) => DIMENSIONS[dimension])}::smallint[], ${named.map(([, value]) => value)}::text[])
        AS asked (dimension, value)
      JOIN dimension_values v ON v.dimension = asked.dimension AND v.value = asked.value COLLATE "C"`.execute(db);
    for (const { dimension, value, id } of rows) ids.set(`${dimension} ${value}`, id);
  }
  return planClicks(range, (dimension, value) => ids.get(`${DIMENSIONS[dimension]} ${value}`), rowsOnly);
}
