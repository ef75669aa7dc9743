import type { Session, SessionCommands, SessionGrant, SessionHolder } from '../../accounts/session.ts';
import { refusedLink, refusedOpener, SIGN_IN_LINK_MS, sessionEnd } from '../../accounts/session-terms.ts';
import { AppError } from '../../platform/app-error.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { toSession } from '../to-domain.ts';
import { SqliteApiKeyQueries } from './api-key-queries.ts';
import type { WriteContext } from './context.ts';
import { SESSION_COLUMNS } from './session-queries.ts';

/** Ended rows that one call removes. */
const ROWS_AT_ONCE = 100;

/** Changes of sessions and of links that open them on the one writing connection. */
export class SqliteSessionCommands implements SessionCommands {
  private readonly keys: SqliteApiKeyQueries;

  constructor(private readonly ctx: WriteContext) {
    this.keys = new SqliteApiKeyQueries(ctx);
  }

  async open({ hash, userAgent }: SessionHolder, { name, scope, keyId }: SessionGrant): Promise<Session> {
    const now = this.ctx.now();
    const key = keyId === null ? null : await this.keys.get(keyId);
    if (keyId !== null && key === null) throw refusedOpener();
    const row = await this.ctx.db
      .insertInto('sessions')
      .values({
        hash,
        name,
        scope,
        key_id: keyId,
        user_agent: userAgent,
        created_at: now,
        expires_at: sessionEnd(now, key),
        last_used_at: null,
      })
      .returning(SESSION_COLUMNS)
      .executeTakeFirstOrThrow();
    return toSession(row);
  }

  async createLink(hash: string, { name, scope, keyId }: SessionGrant): Promise<number> {
    const expiresAt = this.ctx.now() + SIGN_IN_LINK_MS;
    await this.ctx.db
      .insertInto('sign_in_links')
      .values({ hash, name, scope, key_id: keyId, expires_at: expiresAt })
      .execute();
    return expiresAt;
  }

  async redeem(linkHash: string, holder: SessionHolder): Promise<Session> {
    // Of two that come at once one removes the row, and the other finds none.
    const link = await this.ctx.db
      .deleteFrom('sign_in_links')
      .where('hash', '=', linkHash)
      .where('expires_at', '>', this.ctx.now())
      .returning(['name', 'scope', 'key_id'])
      .executeTakeFirst();
    if (!link) throw refusedLink();
    return this.open(holder, { name: link.name, scope: link.scope, keyId: link.key_id });
  }

  async revoke(id: number): Promise<void> {
    const row = await this.ctx.db.deleteFrom('sessions').where('id', '=', id).returning('id').executeTakeFirst();
    if (!row) throw new AppError('not_found', 'Session not found');
  }

  async touch(uses: { id: number; at: number }[]): Promise<void> {
    for (const { id, at } of uses) {
      await this.ctx.db
        .updateTable('sessions')
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', at - MINUTE_MS)]))
        .execute();
    }
  }

  async forgetEnded(): Promise<boolean> {
    const now = this.ctx.now();
    const remove = (table: 'sessions' | 'sign_in_links') =>
      this.ctx.sqlite
        .query<null, [number, number]>(
          `DELETE FROM ${table} WHERE hash IN (SELECT hash FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
        )
        .run(now, ROWS_AT_ONCE).changes;
    return Math.max(remove('sessions'), remove('sign_in_links')) === ROWS_AT_ONCE;
  }
}
