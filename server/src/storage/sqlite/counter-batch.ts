import type { Database } from 'bun:sqlite';
import type { CounterKind } from './context.ts';

/** Counters of one statement: binding several rows at once is what makes them cheap. */
const ROWS_PER_STATEMENT = 8;

/**
 * Changes of exact counters, added up in memory and written at the end of a unit of work.
 * Make one for each unit: what a failed unit added must go with it.
 */
export class CounterBatch {
  private readonly changes = new Map<CounterKind, Map<string, number>>();

  constructor(private readonly sqlite: Database) {}

  add(kind: CounterKind, key: string | number, by: number): void {
    const name = String(key);
    let keys = this.changes.get(kind);
    if (!keys) {
      keys = new Map();
      this.changes.set(kind, keys);
    }
    keys.set(name, (keys.get(name) ?? 0) + by);
  }

  /** `by` events that lists show, in every counter that they count in. */
  addEvents(type: string, userId: number | null, by: number): void {
    this.add('events', '', by);
    this.add('events_by_type', type, by);
    if (userId !== null) this.add('events_by_user', userId, by);
  }

  addLinks(ownerId: number | null, by: number): void {
    this.add('links', '', by);
    if (ownerId !== null) this.add('links_by_owner', ownerId, by);
  }

  flush(): void {
    let values: (string | number)[] = [];
    for (const [kind, keys] of this.changes) {
      for (const [key, by] of keys) {
        if (by !== 0) values.push(kind, key, by);
        if (values.length === ROWS_PER_STATEMENT * 3) {
          this.write(values);
          values = [];
        }
      }
    }
    if (values.length > 0) this.write(values);
    this.changes.clear();
  }

  private write(values: (string | number)[]): void {
    this.sqlite.query<null, (string | number)[]>(UPSERTS[values.length / 3] ?? '').run(...values);
  }
}

const UPSERTS = Array.from(
  { length: ROWS_PER_STATEMENT + 1 },
  (_, rows) => `INSERT INTO counters (kind, key, n) VALUES ${Array(rows).fill('(?, ?, ?)').join(', ')}
    ON CONFLICT (kind, key) DO UPDATE SET n = n + excluded.n`,
);
