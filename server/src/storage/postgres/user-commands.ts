import type { ClaimKind } from '../../accounts/names.ts';
import type { User, UserCommands } from '../../accounts/user.ts';
import { AppError } from '../../platform/app-error.ts';
import { toUser } from '../to-domain.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { EventLog } from './event-log.ts';
import { anyId, isOneOf } from './ids.ts';
import { LinkTombstones } from './link-tombstones.ts';
import { type Claim, UserClaims } from './user-claims.ts';
import { UserTraces } from './user-traces.ts';

/** Links that one call of `delete` tombstones. */
const LINKS_AT_ONCE = 200;
/** An id that an import has taken in the same moment is drawn anew. */
const DRAWS_MAX = 20;

/** Changes of users within one transaction. */
export class PostgresUserCommands implements UserCommands {
  private readonly claims: UserClaims;
  private readonly tombstones: LinkTombstones;
  private readonly traces: UserTraces;

  constructor(private readonly ctx: WriteContext) {
    const log = new EventLog(ctx);
    this.claims = new UserClaims(ctx);
    this.tombstones = new LinkTombstones(ctx, log);
    this.traces = new UserTraces(ctx, log);
  }

  async create(user: { username: string; email: string }): Promise<User> {
    const made = await this.insert(user);
    await this.claim([
      { kind: 'username', name: user.username, userId: made.id },
      { kind: 'email', name: user.email, userId: made.id },
    ]);
    await this.countUsers(1);
    return made;
  }

  async update(id: number, patch: { username?: string; email?: string }): Promise<User> {
    const user = await this.lock(id);
    if (!user) throw userNotFound();
    const { username = user.username, email = user.email } = patch;
    const newName = username !== user.username;
    const newEmail = email.toLowerCase() !== user.email.toLowerCase();
    await this.claim([
      ...(newName ? [{ kind: 'username' as const, name: username, userId: id }] : []),
      ...(newEmail ? [{ kind: 'email' as const, name: email, userId: id }] : []),
    ]);
    await this.ctx.db.updateTable('users').set({ username, email }).where('id', '=', id).execute();
    if (newName) await this.claims.release('username', user.username, id);
    if (newEmail) await this.claims.release('email', user.email, id);
    return { ...user, username, email };
  }

  async delete(id: number, isContinuation: boolean): Promise<boolean> {
    if (!isContinuation) await this.hide(id);
    const pending = await this.ctx.db
      .selectFrom('user_deletions')
      .select('user_id')
      .where('user_id', '=', anyId(id))
      .forUpdate()
      .executeTakeFirst();
    if (!pending) return false;
    const counters = new CounterBatch(this.ctx.db);
    const more = (await this.buryLinks(id, counters)) || (await this.traces.remove(id, counters));
    if (!more) await this.ctx.db.deleteFrom('user_deletions').where('user_id', '=', id).execute();
    await counters.flush();
    return more;
  }

  /** Goes on with a deletion whose caller went away. Returns whether more is left. */
  async resumeDeletions(): Promise<boolean> {
    const row = await this.ctx.db
      .selectFrom('user_deletions')
      .select('user_id')
      .orderBy('user_id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!row) return false;
    await this.delete(row.user_id, true);
    return true;
  }

  private async insert(user: { username: string; email: string }): Promise<User> {
    for (let draw = 0; draw < DRAWS_MAX; draw++) {
      const row = await this.ctx.db
        .insertInto('users')
        .values({ ...user, created_at: this.ctx.now() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning(['id', 'username', 'email', 'created_at'])
        .executeTakeFirst();
      if (row) return toUser(row);
    }
    throw new Error('no free id was drawn');
  }

  private async hide(id: number): Promise<void> {
    const user = await this.ctx.db
      .deleteFrom('users')
      .where('id', '=', anyId(id))
      .returning(['username', 'email'])
      .executeTakeFirst();
    if (!user) throw userNotFound();
    await this.claims.release('username', user.username, id);
    await this.claims.release('email', user.email, id);
    await this.ctx.db.insertInto('user_deletions').values({ user_id: id, deleted_at: this.ctx.now() }).execute();
    await this.countUsers(-1);
  }

  /** Tombstones links and takes the owner's name from those tombstoned before, so that no later user inherits them. */
  private async buryLinks(userId: number, counters: CounterBatch): Promise<boolean> {
    const links = await this.ctx.db
      .selectFrom('links')
      .select(['id', 'domain_id', 'code', 'url', 'owner_id', 'deleted_at'])
      .where('owner_id', '=', userId)
      .orderBy('id')
      .limit(LINKS_AT_ONCE)
      .forNoKeyUpdate()
      .execute();
    if (links.length === 0) return false;
    const live = links.filter(({ deleted_at }) => deleted_at === null);
    await this.tombstones.bury(live, () => null, counters);
    await this.ctx.db
      .updateTable('links')
      .set({ owner_id: null })
      .where(
        isOneOf(
          'id',
          links.map(({ id }) => id),
        ),
      )
      .execute();
    return links.length === LINKS_AT_ONCE;
  }

  private async claim(claims: readonly Claim[]): Promise<void> {
    const held = await this.claims.take(claims);
    const refused = claims.find((_, index) => held[index] !== true);
    if (refused) throw taken(refused.kind);
  }

  private async countUsers(by: number): Promise<void> {
    const counters = new CounterBatch(this.ctx.db);
    counters.add('users', '', by);
    await counters.flush();
  }

  private async lock(id: number): Promise<User | null> {
    const row = await this.ctx.db
      .selectFrom('users')
      .select(['id', 'username', 'email', 'created_at'])
      .where('id', '=', anyId(id))
      .forNoKeyUpdate()
      .executeTakeFirst();
    return row ? toUser(row) : null;
  }
}

function userNotFound(): AppError {
  return new AppError('not_found', 'User not found');
}

function taken(kind: ClaimKind): AppError {
  const [code, field] =
    kind === 'email' ? (['email_taken', 'E-mail'] as const) : (['username_taken', 'Username'] as const);
  return new AppError(code, `${field} is already taken`, { details: [{ field: kind, message: 'is already taken' }] });
}
