import { sql } from 'kysely';
import type { ClaimKind } from '../../accounts/names.ts';
import type { User } from '../../accounts/user.ts';
import { importedTime, type Outcome, sameSecond, withWarnings } from '../../links/import-outcome.ts';
import type { ImportUserRow } from '../../links/import-rows.ts';
import { toUser } from '../to-domain.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { isOneOf } from './ids.ts';
import { inPasses, type Placed } from './import-pass.ts';
import { keyOf, UserClaims } from './user-claims.ts';
import { hasEmail } from './user-queries.ts';

type PlacedUser = Placed<ImportUserRow>;

/** Rows of users.csv of one call into the database. Users who are not there yet go in together. */
export class UserImport {
  private readonly claims: UserClaims;
  private known = new Map<number, User>();
  private going = new Set<number>();
  private holders = new Map<string, number>();
  private waiting: PlacedUser[] = [];

  constructor(
    private readonly ctx: WriteContext,
    private readonly counters: CounterBatch,
  ) {
    this.claims = new UserClaims(ctx);
  }

  put(rows: readonly ImportUserRow[]): Promise<Outcome[]> {
    return inPasses(rows, async (open) => {
      await this.load(open.map(({ row }) => row));
      for (const placed of open) await this.decide(placed);
      await this.insertWaiting();
    });
  }

  private async load(rows: readonly ImportUserRow[]): Promise<void> {
    const { db } = this.ctx;
    const ids = rows.flatMap(({ id }) => id ?? []);
    const users = await this.users().where(isOneOf('id', ids)).orderBy('id').forNoKeyUpdate().execute();
    this.known = new Map(users.map((row) => [row.id, toUser(row)]));
    const going = await db.selectFrom('user_deletions').select('user_id').where(isOneOf('user_id', ids)).execute();
    this.going = new Set(going.map(({ user_id }) => user_id));
    this.holders = await this.claims.holders(rows.flatMap(namesOf));
  }

  private async decide(placed: PlacedUser): Promise<void> {
    const { row } = placed;
    const waits = row.id === null ? this.waiting.length > 0 : this.waiting.some((other) => other.row.id === row.id);
    if (waits) await this.insertWaiting();
    const known = row.id === null ? await this.bearer(row) : (this.known.get(row.id) ?? null);
    if (known) {
      const sameName = known.username === row.username;
      const sameEmail = known.email.toLowerCase() === row.email.toLowerCase();
      placed.outcome =
        sameName || sameEmail
          ? await this.update(known, row, sameName, sameEmail)
          : withWarnings('skipped', known.id, [`id ${known.id} is taken by another user`]);
    } else if (row.id !== null && this.going.has(row.id)) {
      placed.outcome = withWarnings('skipped', row.id, [`id ${row.id} is still being deleted`]);
    } else {
      this.waiting.push(placed);
    }
  }

  private async update(known: User, row: ImportUserRow, sameName: boolean, sameEmail: boolean): Promise<Outcome> {
    const warnings = await this.claim(row, known.id);
    const after: User = {
      id: known.id,
      username: row.username,
      email: row.email,
      createdAt: importedTime(known.createdAt, row.createdAt),
    };
    const isSame = sameName && known.email === row.email && sameSecond(known.createdAt, after.createdAt);
    if (!isSame) {
      await this.ctx.db
        .updateTable('users')
        .set({ username: after.username, email: after.email, created_at: after.createdAt })
        .where('id', '=', known.id)
        .execute();
      if (!sameName) await this.release('username', known.username, known.id);
      if (!sameEmail) await this.release('email', known.email, known.id);
      this.known.set(known.id, after);
    }
    return withWarnings('updated', known.id, warnings);
  }

  /** Claims what is free; returns a warning for each name that another user has. */
  private async claim(row: ImportUserRow, userId: number): Promise<string[]> {
    const names = namesOf(row);
    if (names.some((name) => !this.holders.has(keyOf(name)))) {
      await this.insertWaiting(); // They come first.
      await this.claims.take(names.map((name) => ({ ...name, userId })));
      for (const [key, holder] of await this.claims.holders(names)) this.holders.set(key, holder);
    }
    return this.warningsOf(row, userId);
  }

  private async release(kind: ClaimKind, name: string, userId: number): Promise<void> {
    await this.insertWaiting();
    await this.claims.release(kind, name, userId);
    this.holders.delete(keyOf({ kind, name }));
    for (const [key, holder] of await this.claims.holders([{ kind, name }])) this.holders.set(key, holder);
  }

  private async insertWaiting(): Promise<void> {
    const placed = this.waiting;
    this.waiting = [];
    if (placed.length === 0) return;
    const rows = placed.map(({ row }) => row);
    const ids = await this.insert(rows);
    const inserted = placed.flatMap((one, index) => {
      const id = ids[index];
      return id === null || id === undefined ? [] : [{ placed: one, id }];
    });
    const names = inserted.flatMap(({ placed: { row }, id }) => namesOf(row).map((name) => ({ ...name, userId: id })));
    await this.claims.take(names);
    for (const [key, holder] of await this.claims.holders(names)) this.holders.set(key, holder);
    for (const { placed: one, id } of inserted) {
      const { username, email, createdAt } = one.row;
      this.known.set(id, { id, username, email, createdAt: createdAt ?? this.ctx.now() });
      this.counters.add('users', '', 1);
      one.outcome = withWarnings('created', id, this.warningsOf(one.row, id));
    }
  }

  /** The id of each row; null where somebody took its id in the same moment. */
  private async insert(rows: readonly ImportUserRow[]): Promise<(number | null)[]> {
    const { db } = this.ctx;
    const highest = Math.max(0, ...rows.map(({ id }) => id ?? 0));
    if (highest > 0) await sql`SELECT move_identity('users_id_seq', ${highest})`.execute(db);
    const drawn = await this.draw(rows.filter(({ id }) => id === null).length);
    const ids = rows.map(({ id }) => id ?? drawn.shift() ?? 0);
    const { rows: inserted } = await sql<{ id: number }>`
      INSERT INTO users (id, username, email, created_at)
      SELECT * FROM unnest(${ids}::int[], ${rows.map(({ username }) => username)}::text[],
        ${rows.map(({ email }) => email)}::text[],
        ${rows.map(({ createdAt }) => createdAt ?? this.ctx.now())}::bigint[])
      ON CONFLICT (id) DO NOTHING RETURNING id`.execute(db);
    const done = new Set(inserted.map(({ id }) => id));
    return ids.map((id) => (done.has(id) ? id : null));
  }

  private async draw(n: number): Promise<number[]> {
    if (n === 0) return [];
    const { rows } = await sql<{ id: number }>`
      SELECT nextval('users_id_seq') AS id FROM generate_series(1, ${n})`.execute(this.ctx.db);
    return rows.map(({ id }) => id);
  }

  private warningsOf(row: ImportUserRow, userId: number): string[] {
    return namesOf(row)
      .filter((name) => this.holders.get(keyOf(name)) !== userId)
      .map(({ kind, name }) => `${kind} "${name}" is another user's too`);
  }

  /** The user whom a row without an id is about. */
  private async bearer(row: ImportUserRow): Promise<User | null> {
    const found = await this.users()
      .where('username', '=', row.username)
      .where(hasEmail(row.email))
      .orderBy('id')
      .limit(1)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return found ? toUser(found) : null;
  }

  private users() {
    return this.ctx.db.selectFrom('users').select(['id', 'username', 'email', 'created_at']);
  }
}

function namesOf({ username, email }: ImportUserRow): { kind: ClaimKind; name: string }[] {
  return [
    { kind: 'username', name: username },
    { kind: 'email', name: email },
  ];
}
