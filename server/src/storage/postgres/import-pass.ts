import type { Outcome } from '../../links/import-outcome.ts';

/** Passes over the same rows: each but the last met somebody who took an id or a name of theirs in the same moment. */
const PASSES_MAX = 20;

/** A row in its place, and what became of it once that is known. */
export interface Placed<Row> {
  row: Row;
  outcome: Outcome | null;
}

/**
 * Runs rows through `pass` until each has its outcome. A pass decides over rows as it finds the database, and leaves those
 * without an outcome that it found changed when it wrote.
 */
export async function inPasses<Row>(
  rows: readonly Row[],
  pass: (open: Placed<Row>[]) => Promise<void>,
): Promise<Outcome[]> {
  const placed = rows.map((row): Placed<Row> => ({ row, outcome: null }));
  let open = placed;
  for (let n = 0; open.length > 0; n++) {
    if (n === PASSES_MAX) throw new Error(`${open.length} rows could not be written beside others`);
    await pass(open);
    open = open.filter(({ outcome }) => outcome === null);
  }
  return placed.flatMap(({ outcome }) => outcome ?? []);
}
