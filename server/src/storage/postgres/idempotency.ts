import { LIMITS } from '@waymark/contract';
import { type Kysely, sql } from 'kysely';
import { AppError } from '../../platform/app-error.ts';
import { type Clock, HOUR_MS } from '../../platform/clock.ts';
import type { IdempotencyKey } from '../../platform/idempotency.ts';
import type { Schema } from './schema.ts';

/**
 * Answers of repeated requests, kept in the transaction of the write they belong to, so that they hold across servers and
 * crashes: a server that dies takes its transaction with it, and with that its claim on the key.
 */
export class IdempotencyStore {
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly now: Clock,
  ) {}

  /**
   * The kept result of the same request, or null when this is the first, which holds the key until its transaction ends.
   * Errors: `idempotency_running`, without waiting, while the first is not done; `idempotency_mismatch` for another body.
   */
  async claim(id: IdempotencyKey): Promise<{ result: unknown } | null> {
    if (!(await this.lock(id))) {
      throw new AppError('idempotency_running', 'The first request with this Idempotency-Key is still running', {
        retryAfterSeconds: 1,
      });
    }
    const kept = await this.row(id);
    if (!kept) return null;
    if (kept.created_at <= this.now() - LIMITS.idempotencyKeepHours * HOUR_MS) return null;
    if (kept.body_hash !== id.bodyHash) {
      throw new AppError('idempotency_mismatch', 'This Idempotency-Key was used with another body', {
        details: [{ field: 'Idempotency-Key', message: 'was used with another body' }],
      });
    }
    return { result: JSON.parse(kept.result) };
  }

  /** Takes the place of a result that is older than is promised. */
  async keep(id: IdempotencyKey, result: unknown): Promise<void> {
    const kept = { body_hash: id.bodyHash, result: JSON.stringify(result ?? null), created_at: this.now() };
    await this.db
      .insertInto('idempotency')
      .values({ principal: id.principal, route: id.route, key: id.key, ...kept })
      .onConflict((conflict) => conflict.columns(['principal', 'route', 'key']).doUpdateSet(kept))
      .execute();
  }

  /** @NOTE Two keys may share a hash of 64 bits; one of them is then told, once in ages, to come again. */
  private async lock({ principal, route, key }: IdempotencyKey): Promise<boolean> {
    const { rows } = await sql<{ locked: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtextextended(${JSON.stringify([principal, route, key])}, 0)) AS locked`.execute(
      this.db,
    );
    return rows[0]?.locked === true;
  }

  private row({ principal, route, key }: IdempotencyKey) {
    return this.db
      .selectFrom('idempotency')
      .select(['body_hash', 'result', 'created_at'])
      .where('principal', '=', principal)
      .where('route', '=', route)
      .where('key', '=', key)
      .executeTakeFirst();
  }
}
