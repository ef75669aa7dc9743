import type { Session, SessionQueries } from '../../accounts/session.ts';
import { toSession } from '../to-domain.ts';
import type { ReadContext } from './context.ts';

/** Columns that may leave the store: all but the hash. */
export const SESSION_COLUMNS = [
  'id',
  'name',
  'scope',
  'key_id',
  'user_agent',
  'created_at',
  'expires_at',
  'last_used_at',
] as const;

/** Reads of sessions on one read-only connection. */
export class SqliteSessionQueries implements SessionQueries {
  constructor(private readonly ctx: ReadContext) {}

  async list(now: number, limit: number, beforeId: number | null): Promise<Session[]> {
    let query = this.good(now).orderBy('id', 'desc').limit(limit);
    if (beforeId !== null) query = query.where('id', '<', beforeId);
    return (await query.execute()).map(toSession);
  }

  async get(id: number, now: number): Promise<Session | null> {
    const row = await this.good(now).where('id', '=', id).executeTakeFirst();
    return row ? toSession(row) : null;
  }

  async findByHash(hash: string, now: number): Promise<Session | null> {
    const row = await this.good(now).where('hash', '=', hash).executeTakeFirst();
    return row ? toSession(row) : null;
  }

  /** A session's end is never after that of its key, so only a revoked key is looked for. */
  private good(now: number) {
    return this.ctx.db
      .selectFrom('sessions')
      .select(SESSION_COLUMNS)
      .where('expires_at', '>', now)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('api_keys')
              .select('api_keys.id')
              .whereRef('api_keys.id', '=', 'sessions.key_id')
              .where('api_keys.revoked_at', 'is not', null),
          ),
        ),
      );
  }
}
