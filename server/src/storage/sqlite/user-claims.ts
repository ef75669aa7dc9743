import { type SqlBool, sql } from 'kysely';
import { asciiLower, type ClaimKind, claimValue } from '../../accounts/names.ts';
import type { WriteContext } from './context.ts';

/** What makes names unique: at most one user holds a name; imported repeats stand beside its holder without it. */
export class UserClaims {
  private readonly claim;
  private readonly holder;

  constructor(private readonly ctx: WriteContext) {
    this.claim = ctx.sqlite.query<null, [string, string, number]>(
      'INSERT INTO user_claims (kind, value, user_id) VALUES (?, ?, ?) ON CONFLICT (kind, value) DO NOTHING',
    );
    this.holder = ctx.sqlite.query<{ user_id: number }, [string, string]>(
      'SELECT user_id FROM user_claims WHERE kind = ? AND value = ?',
    );
  }

  /** Takes a name that nobody holds. Returns whether the user holds it now. */
  take(kind: ClaimKind, name: string, userId: number): boolean {
    const value = claimValue(kind, name);
    this.claim.run(kind, value, userId);
    return this.holder.get(kind, value)?.user_id === userId;
  }

  /** Lets a name go. It passes to the next user who bears it, so that it stays taken while anybody does. */
  async release(kind: ClaimKind, name: string, userId: number): Promise<void> {
    const value = claimValue(kind, name);
    const released = await this.ctx.db
      .deleteFrom('user_claims')
      .where('kind', '=', kind)
      .where('value', '=', value)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (released.numDeletedRows === 0n) return;
    const heir = await this.ctx.db
      .selectFrom('users')
      .select('id')
      .where(kind === 'email' ? sql<SqlBool>`lower(email) = ${asciiLower(name)}` : sql<SqlBool>`username = ${name}`)
      .where('id', '!=', userId)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    if (heir) await this.ctx.db.insertInto('user_claims').values({ kind, value, user_id: heir.id }).execute();
  }
}
