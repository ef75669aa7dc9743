/**
 * Roles of a table whose rows are placed one by one, of which few are in the document: a real <table> cannot be laid out
 * so and keep its meaning in every browser. Spread on the elements; rows count from 0, the header left out; `count` is
 * null while it is not known how many there are.
 */
export const TABLE = {
  table: (label: string, count: number | null) => ({
    role: 'table',
    'aria-label': label,
    'aria-rowcount': count === null ? -1 : count + 1,
  }),
  rows: { role: 'rowgroup' },
  headerRow: { role: 'row', 'aria-rowindex': 1 },
  row: (index: number) => ({ role: 'row', 'aria-rowindex': index + 2 }),
  header: { role: 'columnheader' },
  sorted: (by: 'ascending' | 'descending' | 'none') => ({ role: 'columnheader', 'aria-sort': by }) as const,
  cell: { role: 'cell' },
} as const;

/** The same of a list. */
export const LIST = {
  list: (label: string) => ({ role: 'list', 'aria-label': label }),
  item: (index: number, count: number | null) => ({
    role: 'listitem',
    'aria-posinset': index + 1,
    'aria-setsize': count ?? -1,
  }),
} as const;
