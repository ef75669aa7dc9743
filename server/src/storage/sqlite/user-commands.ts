import type { ClaimKind } from '../../accounts/names.ts';
import type { User, UserCommands } from '../../accounts/user.ts';
import { AppError } from '../../platform/app-error.ts';
import { toUser } from '../to-domain.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { EventLog } from './event-log.ts';
import { LinkTombstones } from './link-tombstones.ts';
import { UserClaims } from './user-claims.ts';
import { UserTraces } from './user-traces.ts';

/** Links that one call of `delete` tombstones. */
const LINKS_AT_ONCE = 200;

/** Changes of users on the one writing connection. */
export class SqliteUserCommands implements UserCommands {
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
    const row = await this.ctx.db
      .insertInto('users')
      .values({ ...user, created_at: this.ctx.now() })
      .returning(['id', 'username', 'email', 'created_at'])
      .executeTakeFirstOrThrow();
    this.claim('username', user.username, row.id);
    this.claim('email', user.email, row.id);
    await this.ctx.bump('users', '', 1);
    return toUser(row);
  }

  async update(id: number, patch: { username?: string; email?: string }): Promise<User> {
    const user = await this.row(id);
    if (!user) throw userNotFound();
    const { username = user.username, email = user.email } = patch;
    if (username !== user.username) this.claim('username', username, id);
    const newEmail = email.toLowerCase() !== user.email.toLowerCase();
    if (newEmail) this.claim('email', email, id);
    await this.ctx.db.updateTable('users').set({ username, email }).where('id', '=', id).execute();
    if (username !== user.username) await this.claims.release('username', user.username, id);
    if (newEmail) await this.claims.release('email', user.email, id);
    return toUser({ ...user, username, email });
  }

  async delete(id: number, isContinuation: boolean): Promise<boolean> {
    if (!isContinuation) await this.hide(id);
    const pending = await this.ctx.db
      .selectFrom('user_deletions')
      .select('user_id')
      .where('user_id', '=', id)
      .executeTakeFirst();
    if (!pending) return false;
    const counters = new CounterBatch(this.ctx.sqlite);
    const more = (await this.buryLinks(id, counters)) || (await this.traces.remove(id, counters));
    counters.flush();
    if (!more) await this.ctx.db.deleteFrom('user_deletions').where('user_id', '=', id).execute();
    return more;
  }

  /** Goes on with a deletion whose caller went away. Returns whether more is left. */
  async resumeDeletions(): Promise<boolean> {
    const row = await this.ctx.db.selectFrom('user_deletions').select('user_id').limit(1).executeTakeFirst();
    if (!row) return false;
    await this.delete(row.user_id, true);
    return true;
  }

  private async hide(id: number): Promise<void> {
    const user = await this.row(id);
    if (!user) throw userNotFound();
    await this.ctx.db.deleteFrom('users').where('id', '=', id).execute();
    await this.claims.release('username', user.username, id);
    await this.claims.release('email', user.email, id);
    await this.ctx.bump('users', '', -1);
    await this.ctx.db.insertInto('user_deletions').values({ user_id: id, deleted_at: this.ctx.now() }).execute();
  }

  /** Tombstones links and takes the owner's name from those tombstoned before, so that no later user inherits them. */
  private async buryLinks(userId: number, counters: CounterBatch): Promise<boolean> {
    const links = await this.ctx.db
      .selectFrom('links')
      .select(['id', 'domain_id', 'code', 'url', 'owner_id', 'deleted_at'])
      .where('owner_id', '=', userId)
      .limit(LINKS_AT_ONCE)
      .execute();
    for (const link of links) {
      if (link.deleted_at === null) await this.tombstones.bury(link, null, counters);
      await this.ctx.db.updateTable('links').set({ owner_id: null }).where('id', '=', link.id).execute();
    }
    return links.length === LINKS_AT_ONCE;
  }

  private claim(kind: ClaimKind, name: string, userId: number): void {
    if (this.claims.take(kind, name, userId)) return;
    const [code, field] =
      kind === 'email' ? (['email_taken', 'E-mail'] as const) : (['username_taken', 'Username'] as const);
    throw new AppError(code, `${field} is already taken`, { details: [{ field: kind, message: 'is already taken' }] });
  }

  private row(id: number) {
    return this.ctx.db
      .selectFrom('users')
      .select(['id', 'username', 'email', 'created_at'])
      .where('id', '=', id)
      .executeTakeFirst();
  }
}

function userNotFound(): AppError {
  return new AppError('not_found', 'User not found');
}
