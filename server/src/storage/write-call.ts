import type { IdempotencyKey } from '../platform/idempotency.ts';

/** What a caller may send along with a write. */
export interface WriteCallContext {
  idempotency?: IdempotencyKey;
}

/** What comes back beside the value: codes to forget, and whether the value is a kept one. */
export interface WriteNotes {
  changed: [domainId: number, code: string][];
  replayed: boolean;
}
