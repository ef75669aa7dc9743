import type { ApiKey, ApiKeyCommands, Scope } from '../../accounts/api-key.ts';
import { AppError } from '../../platform/app-error.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { toApiKey } from '../to-domain.ts';
import { API_KEY_COLUMNS } from './api-key-queries.ts';
import type { WriteContext } from './context.ts';

/** Changes of API keys on the one writing connection. */
export class SqliteApiKeyCommands implements ApiKeyCommands {
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
      .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(this.ctx.now())) }))
      .where('id', '=', id)
      .returning(API_KEY_COLUMNS)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'API key not found');
    return toApiKey(row);
  }

  async touch(uses: { id: number; at: number }[]): Promise<void> {
    for (const { id, at } of uses) {
      await this.ctx.db
        .updateTable('api_keys')
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', at - MINUTE_MS)]))
        .execute();
    }
  }
}
