import type { Database } from 'bun:sqlite';
import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Schema } from './schema.ts';

/** What read stores are built on: a read-only connection. */
export interface ReadContext {
  db: Kysely<Schema>;
  sqlite: Database;
  now: Clock;
}

/**
 * What write stores are built on. The write queue has opened a transaction and a savepoint around every method call:
 * a method that throws leaves nothing behind, and no method begins or commits anything itself.
 */
export interface WriteContext extends ReadContext {
  /** Notes a link whose redirect changed; the main thread forgets it before the caller gets the answer. */
  linkChanged(domainId: number, code: string): void;
  /** Takes `count` ids for events and clicks; returns the first. */
  nextEventIds(count: number): Promise<number>;
  /** Adds to an exact counter (see the `counters` table). */
  bump(kind: CounterKind, key: string | number, by: number): Promise<void>;
}

export type CounterKind = 'users' | 'links' | 'links_by_owner' | 'events' | 'events_by_user' | 'events_by_type';
