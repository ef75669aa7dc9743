import { type SqlBool, sql } from 'kysely';
import { asciiLower, type ClaimKind } from '../../accounts/names.ts';
import type { User } from '../../accounts/user.ts';
import { importedTime, type Outcome, withWarnings } from '../../links/import-outcome.ts';
import type { ImportUserRow } from '../../links/import-rows.ts';
import { toUser } from '../to-domain.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { UserClaims } from './user-claims.ts';

/** One row of users.csv into the database. */
export class UserImport {
  private readonly claims: UserClaims;

  constructor(private readonly ctx: WriteContext) {
    this.claims = new UserClaims(ctx);
  }

  async put(row: ImportUserRow, counters: CounterBatch): Promise<Outcome> {
    const known = row.id === null ? await this.bearer(row) : await this.byId(row.id);
    if (!known) {
      if (row.id !== null && (await this.isGoing(row.id))) {
        return withWarnings('skipped', row.id, [`id ${row.id} is still being deleted`]);
      }
      return this.insert(row, counters);
    }
    const sameName = known.username === row.username;
    const sameEmail = known.email.toLowerCase() === row.email.toLowerCase();
    if (!sameName && !sameEmail) return withWarnings('skipped', known.id, [`id ${known.id} is taken by another user`]);
    return this.update(known, row, sameName, sameEmail);
  }

  private async insert(row: ImportUserRow, counters: CounterBatch): Promise<Outcome> {
    const { id } = await this.ctx.db
      .insertInto('users')
      .values({
        ...(row.id === null ? {} : { id: row.id }),
        username: row.username,
        email: row.email,
        created_at: row.createdAt ?? this.ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    counters.add('users', '', 1);
    return withWarnings('created', id, this.claim(row, id));
  }

  private async update(known: User, row: ImportUserRow, sameName: boolean, sameEmail: boolean): Promise<Outcome> {
    const warnings = this.claim(row, known.id);
    await this.ctx.db
      .updateTable('users')
      .set({ username: row.username, email: row.email, created_at: importedTime(known.createdAt, row.createdAt) })
      .where('id', '=', known.id)
      .execute();
    if (!sameName) await this.claims.release('username', known.username, known.id);
    if (!sameEmail) await this.claims.release('email', known.email, known.id);
    return withWarnings('updated', known.id, warnings);
  }

  /** Claims what is free; returns a warning for each name that another user has. */
  private claim(row: ImportUserRow, id: number): string[] {
    const warnings: string[] = [];
    const names: [ClaimKind, string][] = [
      ['username', row.username],
      ['email', row.email],
    ];
    for (const [kind, name] of names) {
      if (!this.claims.take(kind, name, id)) warnings.push(`${kind} "${name}" is another user's too`);
    }
    return warnings;
  }

  private async byId(id: number): Promise<User | null> {
    const row = await this.users().where('id', '=', id).executeTakeFirst();
    return row ? toUser(row) : null;
  }

  /** The user whom a row without an id is about. */
  private async bearer(row: ImportUserRow): Promise<User | null> {
    const found = await this.users()
      .where('username', '=', row.username)
      .where(sql<SqlBool>`+lower(email) = ${asciiLower(row.email)}`)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return found ? toUser(found) : null;
  }

  private users() {
    return this.ctx.db.selectFrom('users').select(['id', 'username', 'email', 'created_at']);
  }

  private async isGoing(id: number): Promise<boolean> {
    const row = await this.ctx.db
      .selectFrom('user_deletions')
      .select('user_id')
      .where('user_id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  }
}
