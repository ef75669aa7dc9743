import type { Dimension } from '@waymark/contract';
import { dimensionOf } from './analytics-search.ts';

/** Filters of one dimension: alternatives of each other. */
export interface FilterGroup {
  dimension: Dimension;
  values: string[];
}

/** `country:DE` and `country:FR` stand together, in the order in which their dimensions came. */
export function filterGroups(filters: readonly string[]): FilterGroup[] {
  const groups = new Map<Dimension, string[]>();
  for (const filter of filters) {
    const dimension = dimensionOf(filter);
    if (dimension === null) continue;
    groups.set(dimension, [...(groups.get(dimension) ?? []), filter.slice(dimension.length + 1)]);
  }
  return [...groups].map(([dimension, values]) => ({ dimension, values }));
}

/** Adds a value, or takes it away where it is there. */
export function toggled(filters: readonly string[], dimension: Dimension, value: string): string[] {
  const filter = `${dimension}:${value}`;
  return filters.includes(filter) ? filters.filter((each) => each !== filter) : [...filters, filter];
}

/** The values of a dimension that are asked for. */
export function pickedOf(filters: readonly string[], dimension: Dimension): string[] {
  return filterGroups(filters).find((group) => group.dimension === dimension)?.values ?? [];
}

/** Without any value of a dimension: what its list shows, so that alternatives can be added. */
export function without(filters: readonly string[], dimension: Dimension): string[] {
  return filters.filter((filter) => dimensionOf(filter) !== dimension);
}
