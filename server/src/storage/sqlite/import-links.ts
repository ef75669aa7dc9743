import type { Database } from 'bun:sqlite';
import { importedTime, type Outcome, withWarnings } from '../../links/import-outcome.ts';
import type { ImportLinkRow } from '../../links/import-rows.ts';
import { DEFAULT_DOMAIN_ID } from '../../links/link.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { EventLog } from './event-log.ts';
import { LinkRemains } from './link-remains.ts';
import { LinkTombstones } from './link-tombstones.ts';

/** Rows of a deleted link that are removed at once. */
const REMAINS_AT_ONCE = 500;

/** A link with more recorded clicks than this keeps its owner: each of them bears the owner's id. */
const CLICKS_HANDED_OVER_MAX = 5000;

/** One row of urls.csv into the database. */
export class LinkImport {
  private readonly tombstones: LinkTombstones;
  private readonly remains: LinkRemains;
  private readonly statements;

  constructor(private readonly ctx: WriteContext) {
    const log = new EventLog(ctx);
    this.tombstones = new LinkTombstones(ctx, log);
    this.remains = new LinkRemains(ctx, log);
    this.statements = prepare(ctx.sqlite);
  }

  async put(row: ImportLinkRow, counters: CounterBatch): Promise<Outcome> {
    const holder = this.statements.byCode.get(DEFAULT_DOMAIN_ID, row.code);
    const known = row.id === null ? holder : this.statements.byId.get(row.id);
    if (known && known.code === row.code) {
      return known.deleted_at === null ? this.update(known, row, counters) : this.revive(known, row, counters);
    }
    if (known && known.deleted_at === null) {
      return withWarnings('skipped', known.id, [`id ${known.id} is taken by another URL`]);
    }
    if (holder) return withWarnings('skipped', row.id, [`short_code "${row.code}" is taken by another URL`]);
    if (row.id !== null && (known || this.statements.remains.get(row.id))) {
      while (await this.removeFormer(row.id, counters));
    }
    return this.insert(row, counters);
  }

  async makeRoom(rows: readonly ImportLinkRow[], counters: CounterBatch): Promise<boolean> {
    for (const { id, code } of rows) {
      if (id === null) continue;
      const known = this.statements.byId.get(id);
      if (!known || known.deleted_at === null || known.code === code) continue;
      const holder = this.statements.byCode.get(DEFAULT_DOMAIN_ID, code);
      if (!holder && (await this.removeFormer(id, counters))) return true;
    }
    return false;
  }

  /** Removes a part of what a deleted link left under an id, at last its own row. Returns whether more is left. */
  private async removeFormer(id: number, counters: CounterBatch): Promise<boolean> {
    if (await this.remains.remove(id, REMAINS_AT_ONCE, false, counters)) return true;
    await this.ctx.db.deleteFrom('links').where('id', '=', id).where('deleted_at', 'is not', null).execute();
    return false;
  }

  private async insert(row: ImportLinkRow, counters: CounterBatch): Promise<Outcome> {
    const { ownerId, warnings } = this.owner(row);
    const now = this.ctx.now();
    const createdAt = row.createdAt ?? row.updatedAt ?? now;
    const inserted = this.statements.insert.get(
      row.id,
      DEFAULT_DOMAIN_ID,
      row.code,
      row.url,
      row.title,
      row.active ? 1 : 0,
      ownerId,
      createdAt,
      row.updatedAt ?? createdAt,
    );
    const id = inserted?.id ?? null;
    counters.addLinks(ownerId, 1);
    this.ctx.linkChanged(DEFAULT_DOMAIN_ID, row.code);
    return withWarnings('created', id, warnings);
  }

  private async update(known: KnownLink, row: ImportLinkRow, counters: CounterBatch): Promise<Outcome> {
    const warnings = await this.apply(known, row, counters);
    if (known.url !== row.url) warnings.push(`URL ${known.id} keeps its original_url ${known.url}`);
    return withWarnings('updated', known.id, warnings);
  }

  /** A deleted link comes back as the file has it; where it led before stays known to its clicks. */
  private async revive(known: KnownLink, row: ImportLinkRow, counters: CounterBatch): Promise<Outcome> {
    await this.tombstones.raise(known, counters);
    const warnings = await this.apply(known, row, counters);
    if (known.url !== row.url) {
      const { db } = this.ctx;
      await db
        .insertInto('link_urls')
        .values({ link_id: known.id, url_version: known.url_version, url: known.url })
        .execute();
      await db
        .updateTable('links')
        .set({ url: row.url, url_version: known.url_version + 1 })
        .where('id', '=', known.id)
        .execute();
    }
    return withWarnings('created', known.id, warnings);
  }

  /** Title, flag, times and owner of a live link; returns warnings. */
  private async apply(known: KnownLink, row: ImportLinkRow, counters: CounterBatch): Promise<string[]> {
    const { ownerId, warnings } = this.owner(row);
    const after = {
      title: row.title,
      active: row.active ? 1 : 0,
      created_at: importedTime(known.created_at, row.createdAt),
      updated_at: importedTime(known.updated_at, row.updatedAt),
      owner_id: ownerId,
    };
    if (ownerId !== known.owner_id && !(await this.handOver(known, ownerId, counters))) {
      after.owner_id = known.owner_id;
      warnings.push(`URL ${known.id} has too many clicks to change its user_id`);
    }
    const fields = Object.keys(after) as (keyof typeof after)[];
    if (fields.every((field) => after[field] === known[field])) return warnings;
    await this.ctx.db
      .updateTable('links')
      .set({ ...after, version: known.version + 1 })
      .where('id', '=', known.id)
      .execute();
    this.ctx.linkChanged(known.domain_id, known.code);
    return warnings;
  }

  private async handOver(known: KnownLink, ownerId: number | null, counters: CounterBatch): Promise<boolean> {
    const { db } = this.ctx;
    const stats = await db
      .selectFrom('link_stats')
      .select('click_rows')
      .where('link_id', '=', known.id)
      .executeTakeFirst();
    const clicks = stats?.click_rows ?? 0;
    if (clicks > CLICKS_HANDED_OVER_MAX) return false;
    if (clicks > 0) await db.updateTable('clicks').set({ user_id: ownerId }).where('link_id', '=', known.id).execute();
    if (known.owner_id !== null) {
      counters.add('links_by_owner', known.owner_id, -1);
      counters.add('events_by_user', known.owner_id, -clicks);
    }
    if (ownerId !== null) {
      counters.add('links_by_owner', ownerId, 1);
      counters.add('events_by_user', ownerId, clicks);
    }
    return true;
  }

  private owner(row: ImportLinkRow): { ownerId: number | null; warnings: string[] } {
    if (row.userId === null) return { ownerId: null, warnings: [] };
    if (this.statements.user.get(row.userId)) return { ownerId: row.userId, warnings: [] };
    return { ownerId: null, warnings: [`user_id ${row.userId} does not exist`] };
  }
}

type InsertBindings = [
  id: number | null,
  domainId: number,
  code: string,
  url: string,
  title: string | null,
  active: number,
  ownerId: number | null,
  createdAt: number,
  updatedAt: number,
];

/** By hand, since a file has a hundred thousand rows. */
function prepare(sqlite: Database) {
  const known = `SELECT id, domain_id, code, url, url_version, title, active, owner_id, version, created_at, updated_at,
    deleted_at FROM links`;
  return {
    byId: sqlite.query<KnownLink, [number]>(`${known} WHERE id = ?`),
    byCode: sqlite.query<KnownLink, [number, string]>(`${known} WHERE domain_id = ? AND code = ?`),
    user: sqlite.query<{ id: number }, [number]>('SELECT id FROM users WHERE id = ?'),
    // A link that was purged has left its `deleted` event in sight.
    remains: sqlite.query<{ n: number }, [number]>('SELECT n FROM event_counts WHERE link_id = ? LIMIT 1'),
    insert: sqlite.query<{ id: number }, InsertBindings>(
      `INSERT INTO links (id, domain_id, code, url, title, active, redirect_status, owner_id, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 302, ?, ?, ?) RETURNING id`,
    ),
  };
}

interface KnownLink {
  id: number;
  domain_id: number;
  code: string;
  url: string;
  url_version: number;
  title: string | null;
  active: number;
  owner_id: number | null;
  version: number;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}
