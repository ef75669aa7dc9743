import { LIMITS } from '@waymark/contract';
import { createCodeGenerator } from '../../links/code.ts';
import type { LinkWithCounts } from '../../links/link.ts';
import { effectOf } from '../../links/patch-effect.ts';
import type { BulkResult, LinkBulk, LinkBulkResults, LinkCommands, LinkPatch, NewLink } from '../../links/store.ts';
import { AppError } from '../../platform/app-error.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { EventLog } from './event-log.ts';
import { isOneOf } from './ids.ts';
import { LinkCreation } from './link-creation.ts';
import { LinkRemains } from './link-remains.ts';
import { LinkTombstones } from './link-tombstones.ts';
import { type LinkRow, selectLinks, toLink } from './rows.ts';

/** Rows of anything that one purge removes. */
const PURGE_ROWS_MAX = 500;

const drawRandomCode = createCodeGenerator((bytes) => crypto.getRandomValues(bytes));

/** Changes of links within one transaction. */
export class PostgresLinkCommands implements LinkCommands {
  private readonly log: EventLog;
  private readonly creation: LinkCreation;
  private readonly tombstones: LinkTombstones;
  private readonly remains: LinkRemains;

  constructor(
    private readonly ctx: WriteContext,
    drawCode: () => string = drawRandomCode,
  ) {
    this.log = new EventLog(ctx);
    this.creation = new LinkCreation(ctx, this.log, drawCode);
    this.tombstones = new LinkTombstones(ctx, this.log);
    this.remains = new LinkRemains(ctx, this.log);
  }

  create(link: NewLink): Promise<LinkWithCounts> {
    return this.counted(async (counters) => {
      const [made] = await this.creation.insert([link], counters);
      if (!made || made instanceof AppError) throw made ?? new Error('nothing was made of the link');
      return made;
    });
  }

  createMany(links: NewLink[]): Promise<BulkResult<LinkWithCounts>[]> {
    return this.counted(async (counters) => (await this.creation.insert(links, counters)).map(toBulkResult));
  }

  bulk({ creates, updates, deletes, restores }: LinkBulk): Promise<LinkBulkResults> {
    return this.counted(async (counters) => {
      const made = await this.creation.insert(creates, counters);
      const links = await this.lock([...updates.map(({ id }) => id), ...deletes, ...restores]);
      const changed: (LinkWithCounts | AppError)[] = [];
      for (const { id, patch, ifVersion } of updates) {
        const link = liveOrRefusal(links.get(id), ifVersion);
        changed.push(link instanceof AppError ? link : await this.change(link, patch, counters, links));
      }
      const buried: (null | AppError)[] = [];
      const goes: LinkRow[] = [];
      for (const id of deletes) {
        const link = liveOrRefusal(links.get(id), null);
        buried.push(link instanceof AppError ? link : null);
        if (link instanceof AppError) continue;
        goes.push(link);
        links.delete(id);
      }
      await this.tombstones.bury(goes, (link) => link.owner_id, counters);
      return {
        creates: made.map(toBulkResult),
        updates: changed.map(toBulkResult),
        deletes: buried.map(toBulkResult),
        restores: (await this.raise(restores, counters)).map(toBulkResult),
      };
    });
  }

  update(id: number, patch: LinkPatch, ifVersion: number | null): Promise<LinkWithCounts> {
    return this.counted(async (counters) => this.change(await this.live(id, ifVersion), patch, counters));
  }

  delete(id: number, ifVersion: number | null): Promise<void> {
    return this.counted(async (counters) => {
      await this.tombstones.bury([await this.live(id, ifVersion)], (link) => link.owner_id, counters);
    });
  }

  restore(id: number): Promise<LinkWithCounts> {
    return this.counted(async (counters) => {
      const [link] = await this.raise([id], counters);
      if (!link || link instanceof AppError) throw link ?? linkNotFound();
      return link;
    });
  }

  purge(before: number): Promise<boolean> {
    return this.counted(async (counters) => {
      const old = () =>
        this.ctx.db.selectFrom('links').select('id').where('deleted_at', '<', before).orderBy('deleted_at').limit(1);
      // A link that is being restored, or that another worker purges, is passed over.
      const link = await old().forUpdate().skipLocked().executeTakeFirst();
      if (!link) return false;
      const rowsLeft = await this.remains.remove(link.id, PURGE_ROWS_MAX, true, counters);
      if (!rowsLeft) await this.ctx.db.deleteFrom('links').where('id', '=', link.id).execute();
      return rowsLeft || (await old().executeTakeFirst()) !== undefined;
    });
  }

  /** Writes the counters that `work` moved after everything else of it. */
  private async counted<T>(work: (counters: CounterBatch) => Promise<T>): Promise<T> {
    const counters = new CounterBatch(this.ctx.db);
    const done = await work(counters);
    await counters.flush();
    return done;
  }

  /** `known` is kept as the link is after the change. */
  private async change(
    link: LinkRow,
    patch: LinkPatch,
    counters: CounterBatch,
    known?: Map<number, LinkRow>,
  ): Promise<LinkWithCounts> {
    const { db } = this.ctx;
    const effect = effectOf(toLink(link), patch);
    if (effect.changed.url !== undefined) {
      const before = { link_id: link.id, url_version: link.url_version, url: link.url };
      await db.insertInto('link_urls').values(before).execute();
    }
    const columns = {
      ...columnsOf(effect.changed, link),
      updated_at: Math.max(link.updated_at, this.ctx.now()),
      version: link.version + (effect.events.length > 0 ? 1 : 0),
    };
    await db.updateTable('links').set(columns).where('id', '=', link.id).execute();
    const events = effect.events.map((details) => ({
      linkId: link.id,
      userId: link.owner_id,
      type: 'updated',
      details,
    }));
    await this.log.append(events, counters);
    if (effect.redirect) this.ctx.linkChanged(link.domain_id, link.code);
    const after = { ...link, ...columns };
    known?.set(link.id, after);
    return toLink(after);
  }

  /** Each link as it is then, or why it can't be restored. */
  private async raise(ids: readonly number[], counters: CounterBatch): Promise<(LinkWithCounts | AppError)[]> {
    const now = this.ctx.now();
    const links = await this.lock(ids);
    const comes: LinkRow[] = [];
    const raised = ids.map((id) => {
      const link = links.get(id);
      if (!link) return linkNotFound();
      if (link.deleted_at === null) return new AppError('conflict', 'The link is not deleted');
      if (link.deleted_at < now - LIMITS.restoreDays * DAY_MS) return linkNotFound();
      comes.push(link);
      const updatedAt = Math.max(link.updated_at, now);
      const after = { ...link, updated_at: updatedAt, version: link.version + 1, deleted_at: null };
      links.set(id, after);
      return toLink(after);
    });
    await this.tombstones.raise(comes, counters);
    const raisedIds = comes.map(({ id }) => id);
    await this.ctx.db
      .updateTable('links')
      .set((eb) => ({
        updated_at: eb.fn<number>('greatest', ['updated_at', eb.val(now)]),
        version: eb('version', '+', 1),
      }))
      .where(isOneOf('id', raisedIds))
      .execute();
    const events = comes.map(({ id, owner_id, code, url }) => ({
      linkId: id,
      userId: owner_id,
      type: 'restored',
      details: { short_code: code, original_url: url },
    }));
    await this.log.append(events, counters);
    return raised;
  }

  private async live(id: number, ifVersion: number | null): Promise<LinkRow> {
    const link = liveOrRefusal((await this.lock([id])).get(id), ifVersion);
    if (link instanceof AppError) throw link;
    return link;
  }

  /** The links, deleted ones included, locked in ascending order of id. */
  private async lock(ids: readonly number[]): Promise<Map<number, LinkRow>> {
    if (ids.length === 0) return new Map();
    const rows = await selectLinks(this.ctx.db)
      .where(isOneOf('links.id', ids))
      .orderBy('links.id')
      .forNoKeyUpdate('links')
      .execute();
    return new Map(rows.map((row) => [row.id, row]));
  }
}

function liveOrRefusal(link: LinkRow | undefined, ifVersion: number | null): LinkRow | AppError {
  if (!link || link.deleted_at !== null) return linkNotFound();
  if (ifVersion === null || ifVersion === link.version) return link;
  return new AppError('precondition_failed', 'The link has changed since it was read');
}

function linkNotFound(): AppError {
  return new AppError('not_found', 'URL not found');
}

function toBulkResult<T>(result: T | AppError): BulkResult<T> {
  if (result instanceof AppError) return { ok: false, code: result.code, message: result.message };
  return { ok: true, value: result };
}

/** The columns behind changed fields. */
function columnsOf({ url, title, active, expiresAt, redirectStatus }: LinkPatch, link: LinkRow) {
  return {
    ...(url !== undefined && { url, url_version: link.url_version + 1 }),
    ...(title !== undefined && { title }),
    ...(active !== undefined && { active }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(redirectStatus !== undefined && { redirect_status: redirectStatus }),
  };
}
