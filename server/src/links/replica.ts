import type { ReplicaLink } from './link.ts';

/**
 * The edge's local copy of what answers redirects. Synchronous: local in both shapes of deployment.
 * Embedded, it is the database itself, opened read-only.
 */
export interface Replica {
  /** The live link under a code, or null. Never throws for any code that a client can send. */
  find(domainId: number, code: string): ReplicaLink | null;
  /** Forgets what memory holds of these codes, so that the next `find` reads them anew. */
  invalidate(domainId: number, codes: readonly string[]): void;
  /** Whether the last `find` was answered from memory. */
  readonly lastFindHit: boolean;
  readonly hits: number;
  readonly misses: number;
}
