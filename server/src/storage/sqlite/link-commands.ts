import { LIMITS } from '@waymark/contract';
import { createCodeGenerator } from '../../links/code.ts';
import type { LinkId, LinkWithCounts } from '../../links/link.ts';
import { effectOf } from '../../links/patch-effect.ts';
import type { BulkResult, LinkBulk, LinkBulkResults, LinkCommands, LinkPatch, NewLink } from '../../links/store.ts';
import { AppError } from '../../platform/app-error.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { EventLog } from './event-log.ts';
import { LinkRemains } from './link-remains.ts';
import { LinkTombstones } from './link-tombstones.ts';
import { type LinkRow, selectLinks, toLink } from './rows.ts';

/** Draws of a random code before giving up; at ten million links two in a row are already one in 10^10. */
const DRAWS_MAX = 20;

/** Rows of anything that one purge removes. */
const PURGE_ROWS_MAX = 500;

type InsertBindings = [
  number,
  string,
  string,
  string | null,
  number,
  number | null,
  number,
  number | null,
  number,
  number,
];

/** Changes of links on the one writing connection. */
export class SqliteLinkCommands implements LinkCommands {
  private readonly insertLink;
  private readonly findOwner;
  private readonly log: EventLog;
  private readonly tombstones: LinkTombstones;
  private readonly remains: LinkRemains;

  constructor(
    private readonly ctx: WriteContext,
    private readonly drawCode: () => string = createCodeGenerator((bytes) => crypto.getRandomValues(bytes)),
  ) {
    this.insertLink = ctx.sqlite.query<{ id: number }, InsertBindings>(
      `INSERT INTO links (domain_id, code, url, title, active, expires_at, redirect_status, owner_id, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (domain_id, code) DO NOTHING RETURNING id`,
    );
    this.findOwner = ctx.sqlite.query<{ id: number }, [number]>('SELECT id FROM users WHERE id = ?');
    this.log = new EventLog(ctx);
    this.tombstones = new LinkTombstones(ctx, this.log);
    this.remains = new LinkRemains(ctx, this.log);
  }

  async create(link: NewLink): Promise<LinkWithCounts> {
    const counters = new CounterBatch(this.ctx.sqlite);
    const made = await this.insert(link, counters);
    counters.flush();
    return made;
  }

  async createMany(links: NewLink[]): Promise<BulkResult<LinkWithCounts>[]> {
    const counters = new CounterBatch(this.ctx.sqlite);
    const results = await eachOnItsOwn(links, (link) => this.insert(link, counters));
    counters.flush();
    return results;
  }

  async bulk({ creates, updates, deletes, restores }: LinkBulk): Promise<LinkBulkResults> {
    return {
      creates: await this.createMany(creates),
      updates: await eachOnItsOwn(updates, ({ id, patch, ifVersion }) => this.update(id, patch, ifVersion)),
      deletes: await eachOnItsOwn(deletes, (id) => this.delete(id, null).then(() => null)),
      restores: await eachOnItsOwn(restores, (id) => this.restore(id)),
    };
  }

  async update(id: number, patch: LinkPatch, ifVersion: number | null): Promise<LinkWithCounts> {
    const before = await this.live(id, ifVersion);
    const effect = effectOf(toLink(before), patch);
    const counters = new CounterBatch(this.ctx.sqlite);
    if (effect.changed.url !== undefined) {
      await this.ctx.db
        .insertInto('link_urls')
        .values({ link_id: id, url_version: before.url_version, url: before.url })
        .execute();
    }
    const after = {
      ...columnsOf(effect.changed, before),
      updated_at: Math.max(before.updated_at, this.ctx.now()),
      version: before.version + (effect.events.length > 0 ? 1 : 0),
    };
    await this.ctx.db.updateTable('links').set(after).where('id', '=', id).execute();
    for (const details of effect.events) {
      await this.log.append({ linkId: id, userId: before.owner_id, type: 'updated', details }, counters);
    }
    counters.flush();
    if (effect.redirect) this.ctx.linkChanged(before.domain_id, before.code);
    return toLink({ ...before, ...after });
  }

  async delete(id: number, ifVersion: number | null): Promise<void> {
    const link = await this.live(id, ifVersion);
    const counters = new CounterBatch(this.ctx.sqlite);
    await this.tombstones.bury(link, link.owner_id, counters);
    counters.flush();
  }

  async restore(id: number): Promise<LinkWithCounts> {
    const link = await this.row(id);
    if (!link) throw linkNotFound();
    if (link.deleted_at === null) throw new AppError('conflict', 'The link is not deleted');
    const now = this.ctx.now();
    if (link.deleted_at < now - LIMITS.restoreDays * DAY_MS) throw linkNotFound();
    const counters = new CounterBatch(this.ctx.sqlite);
    await this.tombstones.raise(link, counters);
    const after = { updated_at: Math.max(link.updated_at, now), version: link.version + 1 };
    await this.ctx.db.updateTable('links').set(after).where('id', '=', id).execute();
    const details = { short_code: link.code, original_url: link.url };
    await this.log.append({ linkId: id, userId: link.owner_id, type: 'restored', details }, counters);
    counters.flush();
    return toLink({ ...link, ...after, deleted_at: null });
  }

  async purge(before: number): Promise<boolean> {
    const next = () =>
      this.ctx.db
        .selectFrom('links')
        .select('id')
        .where('deleted_at', '<', before)
        .orderBy('deleted_at')
        .limit(1)
        .executeTakeFirst();
    const link = await next();
    if (!link) return false;
    const counters = new CounterBatch(this.ctx.sqlite);
    const rowsLeft = await this.remains.remove(link.id, PURGE_ROWS_MAX, true, counters);
    if (!rowsLeft) await this.ctx.db.deleteFrom('links').where('id', '=', link.id).execute();
    counters.flush();
    return rowsLeft || (await next()) !== undefined;
  }

  /** Refuses before it writes anything, so that a bulk may go on after a refusal. */
  private async insert(link: NewLink, counters: CounterBatch): Promise<LinkWithCounts> {
    if (link.ownerId !== null && !this.findOwner.get(link.ownerId)) {
      throw new AppError('not_found', 'User not found', { details: [{ field: 'user_id', message: 'is no user' }] });
    }
    const now = this.ctx.now();
    const { id, code } = this.insertRow(link, now);
    const details = { short_code: code, original_url: link.url };
    await this.log.append({ linkId: id, userId: link.ownerId, type: 'created', details }, counters);
    counters.addLinks(link.ownerId, 1);
    this.ctx.linkChanged(link.domainId, code);
    return {
      ...link,
      id: id as LinkId,
      code,
      urlVersion: 1,
      version: 1,
      quarantineReason: null,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
      clicks: 0,
      humanClicks: 0,
      lastClickAt: null,
    };
  }

  private insertRow(link: NewLink, now: number): { id: number; code: string } {
    for (let draw = 0; draw < DRAWS_MAX; draw++) {
      const code = link.code ?? this.drawCode();
      const row = this.insertLink.get(
        link.domainId,
        code,
        link.url,
        link.title,
        link.active ? 1 : 0,
        link.expiresAt,
        link.redirectStatus,
        link.ownerId,
        now,
        now,
      );
      if (row) return { id: row.id, code };
      if (link.code !== null) {
        throw new AppError('code_taken', 'The code is taken', { details: [{ field: 'code', message: 'is taken' }] });
      }
    }
    throw new Error('no free code was drawn');
  }

  private async live(id: number, ifVersion: number | null): Promise<LinkRow> {
    const link = await this.row(id);
    if (!link || link.deleted_at !== null) throw linkNotFound();
    if (ifVersion !== null && ifVersion !== link.version) {
      throw new AppError('precondition_failed', 'The link has changed since it was read');
    }
    return link;
  }

  private row(id: number): Promise<LinkRow | undefined> {
    return selectLinks(this.ctx.db).where('links.id', '=', id).executeTakeFirst();
  }
}

/** Runs what refuses before it writes anything, so that what follows a refusal may go on. */
async function eachOnItsOwn<T, R>(items: T[], run: (item: T) => Promise<R>): Promise<BulkResult<R>[]> {
  const results: BulkResult<R>[] = [];
  for (const item of items) {
    try {
      results.push({ ok: true, value: await run(item) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      results.push({ ok: false, code: error.code, message: error.message });
    }
  }
  return results;
}

function linkNotFound(): AppError {
  return new AppError('not_found', 'URL not found');
}

/** The columns behind changed fields. */
function columnsOf({ url, title, active, expiresAt, redirectStatus }: LinkPatch, link: LinkRow) {
  return {
    ...(url !== undefined && { url, url_version: link.url_version + 1 }),
    ...(title !== undefined && { title }),
    ...(active !== undefined && { active: active ? 1 : 0 }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(redirectStatus !== undefined && { redirect_status: redirectStatus }),
  };
}
