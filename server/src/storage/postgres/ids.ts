import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * An id to compare an integer column with, whatever number a caller names.
 * @NOTE Compared plainly, PostgreSQL takes it for the column's type and refuses a number that does not fit.
 */
export function anyId(id: number): RawBuilder<number> {
  return sql<number>`${id}::bigint`;
}

/**
 * The same, hidden from the planner: for pages in the order of ids.
 * @NOTE A planner that knows which link is asked for takes its share of all rows for its share of the newest ones: of a busy
 * link that has been silent for a year it would look for a page among everybody's rows of that year.
 */
export function someId(id: number): RawBuilder<number> {
  return sql<number>`(SELECT ${id}::bigint)`;
}

/** Whether a column's id is one of these. The list travels as one array, however long. */
export function isOneOf(column: string, ids: readonly number[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} = any(${[...ids]}::bigint[])`;
}
