import type { ApiKey, ApiKeyQueries } from '../../accounts/api-key.ts';
import { toApiKey } from '../to-domain.ts';
import type { ReadContext } from './context.ts';

/** Columns that may leave the store: all but the hash. */
export const API_KEY_COLUMNS = [
  'id',
  'name',
  'prefix',
  'scope',
  'created_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
] as const;

/** Reads of API keys on one read-only connection. */
export class SqliteApiKeyQueries implements ApiKeyQueries {
  constructor(private readonly ctx: ReadContext) {}

  async list(): Promise<ApiKey[]> {
    const rows = await this.ctx.db.selectFrom('api_keys').select(API_KEY_COLUMNS).orderBy('id', 'desc').execute();
    return rows.map(toApiKey);
  }

  async get(id: number): Promise<ApiKey | null> {
    const row = await this.ctx.db
      .selectFrom('api_keys')
      .select(API_KEY_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? toApiKey(row) : null;
  }

  async findByHash(hash: string, now: number): Promise<ApiKey | null> {
    const row = await this.ctx.db
      .selectFrom('api_keys')
      .select(API_KEY_COLUMNS)
      .where('hash', '=', hash)
      .where('revoked_at', 'is', null)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
      .executeTakeFirst();
    return row ? toApiKey(row) : null;
  }
}
