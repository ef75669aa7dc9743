import type { Dimension } from '@waymark/contract';
import type { Top } from '@waymark/contract/v1/analytics';
import type { TopRow } from '../../components/top-list.tsx';
import { valueMark, valueName } from '../../format/values.ts';

/** The rows of an answer in words; a link by its title or code. */
export function rowsOf(dimension: Dimension, top: Top | undefined): TopRow[] {
  // An answer about another dimension may stand in while the right one is on its way.
  if (top === undefined || top.dimension !== dimension) return [];
  return top.data.map(({ value, clicks, visitors, code, title }) => ({
    value,
    clicks,
    visitors,
    label: code === undefined ? valueName(dimension, value) : title ? `${code} · ${title}` : code,
    mark: valueMark(dimension, value),
  }));
}

/** Rows whose words, or value, hold what was typed. */
export function matching(rows: readonly TopRow[], text: string): TopRow[] {
  const part = text.trim().toLowerCase();
  return rows.filter(
    ({ label, value }) => label.toLowerCase().includes(part) || (part !== '' && value.toLowerCase() === part),
  );
}
