import { sql } from 'kysely';
import { type ClaimKind, claimValue } from '../../accounts/names.ts';
import type { WriteContext } from './context.ts';
import { hasEmail } from './user-queries.ts';

/** A name that a user wants to hold. */
export interface Claim {
  kind: ClaimKind;
  name: string;
  userId: number;
}

/**
 * What makes names unique: at most one user holds a name; imported repeats stand beside its holder without it.
 * @NOTE Whoever finds a name held keeps its holder from letting it go until the transaction ends, so that a name which
 * passes on sees everybody who bears it.
 */
export class UserClaims {
  constructor(private readonly ctx: WriteContext) {}

  /** Takes what nobody holds; of one name wanted twice the first has it. Returns for each whether its user holds it. */
  async take(claims: readonly Claim[]): Promise<boolean[]> {
    const holders = new Map<string, number>();
    let open = claims;
    while (open.length > 0) {
      await this.insert(open);
      for (const [key, userId] of await this.holders(open)) holders.set(key, userId);
      // Let go just between the two: it is to be had after all.
      open = open.filter((claim) => !holders.has(keyOf(claim)));
    }
    return claims.map((claim) => holders.get(keyOf(claim)) === claim.userId);
  }

  /** Who holds each name, by `keyOf`. */
  async holders(names: readonly Pick<Claim, 'kind' | 'name'>[]): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const { rows } = await sql<{ kind: ClaimKind; value: string; user_id: number }>`
      SELECT kind, value, user_id FROM user_claims
      WHERE (kind, value) IN (SELECT * FROM unnest(${names.map(({ kind }) => kind)}::text[],
        ${names.map(({ kind, name }) => claimValue(kind, name))}::text[]))
      ORDER BY kind, value FOR KEY SHARE`.execute(this.ctx.db);
    return new Map(rows.map(({ kind, value, user_id }) => [`${kind} ${value}`, user_id]));
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
    let bearers = this.ctx.db.selectFrom('users').select('id').where('id', '!=', userId);
    bearers = kind === 'email' ? bearers.where(hasEmail(name)) : bearers.where('username', '=', name);
    // Held, so that an heir who is going away at the same time is waited for.
    const heir = await bearers.orderBy('id').limit(1).forShare().executeTakeFirst();
    if (heir) await this.ctx.db.insertInto('user_claims').values({ kind, value, user_id: heir.id }).execute();
  }

  private async insert(claims: readonly Claim[]): Promise<void> {
    await sql`
      INSERT INTO user_claims (kind, value, user_id)
      SELECT kind, value, user_id
      FROM unnest(${claims.map(({ kind }) => kind)}::text[],
        ${claims.map(({ kind, name }) => claimValue(kind, name))}::text[],
        ${claims.map(({ userId }) => userId)}::int[]) WITH ORDINALITY AS claim (kind, value, user_id, place)
      ORDER BY kind, value COLLATE "C", place
      ON CONFLICT (kind, value) DO NOTHING`.execute(this.ctx.db);
  }
}

/** A name as `holders` knows it. */
export function keyOf({ kind, name }: Pick<Claim, 'kind' | 'name'>): string {
  return `${kind} ${claimValue(kind, name)}`;
}
