import type { Database } from 'bun:sqlite';
import { LIMITS } from '@waymark/contract';
import { AppError } from '../../platform/app-error.ts';
import { type Clock, HOUR_MS } from '../../platform/clock.ts';
import type { IdempotencyKey } from '../../platform/idempotency.ts';

interface Kept {
  body_hash: string;
  result: string | null;
  created_at: number;
}

/**
 * Answers of repeated requests, kept in the transaction of the write they belong to.
 * Errors: `idempotency_mismatch` for the same key with another body; `idempotency_running` while the first is not done.
 */
export class IdempotencyStore {
  constructor(
    private readonly sqlite: Database,
    private readonly now: Clock,
  ) {}

  /** The kept result of the same request, or null when this is the first. */
  replay(id: IdempotencyKey): { result: unknown } | null {
    const kept = this.sqlite
      .query<Kept, [string, string, string]>(
        'SELECT body_hash, result, created_at FROM idempotency WHERE principal = ? AND route = ? AND key = ?',
      )
      .get(id.principal, id.route, id.key);
    if (!kept) return null;
    if (kept.created_at <= this.now() - LIMITS.idempotencyKeepHours * HOUR_MS) {
      this.sqlite
        .query('DELETE FROM idempotency WHERE principal = ? AND route = ? AND key = ?')
        .run(id.principal, id.route, id.key);
      return null;
    }
    if (kept.body_hash !== id.bodyHash) {
      throw new AppError('idempotency_mismatch', 'This Idempotency-Key was used with another body', {
        details: [{ field: 'Idempotency-Key', message: 'was used with another body' }],
      });
    }
    if (kept.result === null) {
      throw new AppError('idempotency_running', 'The first request with this Idempotency-Key is still running', {
        retryAfterSeconds: 1,
      });
    }
    return { result: JSON.parse(kept.result) };
  }

  keep(id: IdempotencyKey, result: unknown): void {
    this.sqlite
      .query(
        `INSERT INTO idempotency (principal, route, key, body_hash, result, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (principal, route, key) DO UPDATE SET result = excluded.result, body_hash = excluded.body_hash`,
      )
      .run(id.principal, id.route, id.key, id.bodyHash, JSON.stringify(result ?? null), this.now());
  }
}
