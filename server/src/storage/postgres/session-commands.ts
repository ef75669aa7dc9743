import { sql } from 'kysely';
import type { Session, SessionCommands, SessionGrant, SessionHolder } from '../../accounts/session.ts';
import { refusedLink, refusedOpener, SIGN_IN_LINK_MS, sessionEnd } from '../../accounts/session-terms.ts';
import { AppError } from '../../platform/app-error.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { toSession } from '../to-domain.ts';
import { PostgresApiKeyQueries } from './api-key-queries.ts';
import type { WriteContext } from './context.ts';
import { anyId } from './ids.ts';
import { SESSION_COLUMNS } from './session-queries.ts';

/** Ended rows that one call removes. */
const ROWS_AT_ONCE = 1000;

/** Changes of sessions and of links that open them within one transaction. */
export class PostgresSessionCommands implements SessionCommands {
  private readonly keys: PostgresApiKeyQueries;

  constructor(private readonly ctx: WriteContext) {
    this.keys = new PostgresApiKeyQueries(ctx);
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
    const row = await this.ctx.db.deleteFrom('sessions').where('id', '=', anyId(id)).returning('id').executeTakeFirst();
    if (!row) throw new AppError('not_found', 'Session not found');
  }

  /** @NOTE Rows are locked in one order, as every API server notes the uses of the same sessions. */
  async touch(uses: { id: number; at: number }[]): Promise<void> {
    if (uses.length === 0) return;
    await sql`
      WITH used AS (
        SELECT id, max(at) AS at
        FROM unnest(${uses.map(({ id }) => id)}::bigint[], ${uses.map(({ at }) => at)}::bigint[]) AS use (id, at)
        GROUP BY id
      ), stale AS (
        SELECT sessions.id, used.at FROM sessions JOIN used ON used.id = sessions.id
        WHERE last_used_at IS NULL OR last_used_at <= used.at - ${MINUTE_MS}::bigint
        ORDER BY sessions.id FOR NO KEY UPDATE OF sessions
      )
      UPDATE sessions SET last_used_at = stale.at FROM stale WHERE sessions.id = stale.id`.execute(this.ctx.db);
  }

  async forgetEnded(): Promise<boolean> {
    const now = this.ctx.now();
    const remove = async (table: 'sessions' | 'sign_in_links') => {
      const { numAffectedRows = 0n } = await sql`
        DELETE FROM ${sql.table(table)} WHERE hash IN
          (SELECT hash FROM ${sql.table(table)} WHERE expires_at <= ${now}::bigint ORDER BY expires_at LIMIT ${ROWS_AT_ONCE})`.execute(
        this.ctx.db,
      );
      return Number(numAffectedRows) === ROWS_AT_ONCE;
    };
    const [sessions, links] = [await remove('sessions'), await remove('sign_in_links')];
    return sessions || links;
  }
}
