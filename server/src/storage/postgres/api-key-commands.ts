import { sql } from 'kysely';
import type { ApiKey, ApiKeyCommands, Scope } from '../../accounts/api-key.ts';
import { AppError } from '../../platform/app-error.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { toApiKey } from '../to-domain.ts';
import { API_KEY_COLUMNS } from './api-key-queries.ts';
import type { WriteContext } from './context.ts';
import { anyId } from './ids.ts';

/** Changes of API keys within one transaction. */
export class PostgresApiKeyCommands implements ApiKeyCommands {
  constructor(private readonly ctx: WriteContext) {}

  async create(key: {
    name: string;
    scope: Scope;
    hash: string;
    prefix: string;
    expiresAt: number | null;
  }): Promise<ApiKey> {
    const row = await this.ctx.db
      .insertInto('api_keys')
      .values({
        name: key.name,
        prefix: key.prefix,
        hash: key.hash,
        scope: key.scope,
        created_at: this.ctx.now(),
        expires_at: key.expiresAt,
        last_used_at: null,
        revoked_at: null,
      })
      .returning(API_KEY_COLUMNS)
      .executeTakeFirstOrThrow();
    return toApiKey(row);
  }

  async revoke(id: number): Promise<ApiKey> {
    const row = await this.ctx.db
      .updateTable('api_keys')
      .set({ revoked_at: sql<number>`coalesce(revoked_at, ${this.ctx.now()}::bigint)` })
      .where('id', '=', anyId(id))
      .returning(API_KEY_COLUMNS)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'API key not found');
    return toApiKey(row);
  }

  /** @NOTE Rows are locked in one order, as every API server notes the uses of the same keys. */
  async touch(uses: { id: number; at: number }[]): Promise<void> {
    if (uses.length === 0) return;
    await sql`
      WITH used AS (
        SELECT id, max(at) AS at
        FROM unnest(${uses.map(({ id }) => id)}::bigint[], ${uses.map(({ at }) => at)}::bigint[]) AS use (id, at)
        GROUP BY id
      ), stale AS (
        SELECT api_keys.id, used.at FROM api_keys JOIN used ON used.id = api_keys.id
        WHERE last_used_at IS NULL OR last_used_at <= used.at - ${MINUTE_MS}::bigint
        ORDER BY api_keys.id FOR NO KEY UPDATE OF api_keys
      )
      UPDATE api_keys SET last_used_at = stale.at FROM stale WHERE api_keys.id = stale.id`.execute(this.ctx.db);
  }
}
