import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Schema } from './schema.ts';

/** What read stores are built on: the pool, or one transaction. */
export interface ReadContext {
  db: Kysely<Schema>;
  now: Clock;
}

/**
 * What write stores are built on: one transaction that somebody else has begun and ends. A store lives as long as it. What
 * throws leaves nothing behind.
 * @NOTE A statement that PostgreSQL refuses spoils the whole transaction, so a refusal that is expected must be found by a
 * question (ON CONFLICT DO NOTHING and the like), never by catching it.
 */
export interface WriteContext extends ReadContext {
  /** Notes a link whose redirect changed, for those who follow changes. The feed itself is written by the schema's triggers. */
  linkChanged(domainId: number, code: string): void;
}
