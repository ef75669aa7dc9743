import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

export type CounterKind = 'users' | 'links' | 'links_by_owner' | 'events' | 'events_by_user' | 'events_by_type';

/** Rows that one counter is spread over, so that writers of one moment do not wait for each other. */
const SHARDS = 16;

/**
 * Changes of exact counters, added up in memory and written at the end of a unit of work.
 * Make one for each unit: what a failed unit added must go with it.
 * @NOTE Its rows are locked in one order and last of all, so that units never wait for each other in a circle.
 */
export class CounterBatch {
  private readonly changes = new Map<CounterKind, Map<string, number>>();
  private readonly shard = Math.floor(Math.random() * SHARDS);

  constructor(private readonly db: Kysely<Schema>) {}

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

  async flush(): Promise<void> {
    const rows = [...this.changes].flatMap(([kind, keys]) => [...keys].map(([key, by]) => ({ kind, key, by })));
    const moved = rows.filter(({ by }) => by !== 0);
    this.changes.clear();
    if (moved.length === 0) return;
    await sql`
      INSERT INTO counters (kind, key, shard, n)
      SELECT kind, key, ${this.shard}::smallint, n
      FROM unnest(${moved.map(({ kind }) => kind)}::text[], ${moved.map(({ key }) => key)}::text[],
        ${moved.map(({ by }) => by)}::bigint[]) AS moved (kind, key, n)
      ORDER BY kind COLLATE "C", key COLLATE "C"
      ON CONFLICT (kind, key, shard) DO UPDATE SET n = counters.n + excluded.n`.execute(this.db);
  }
}
