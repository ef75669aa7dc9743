import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { importedTime, type Outcome, withWarnings } from '../../links/import-outcome.ts';
import type { ImportLinkRow } from '../../links/import-rows.ts';
import { DEFAULT_DOMAIN_ID } from '../../links/link.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import { EventLog } from './event-log.ts';
import { holdUsers } from './held-rows.ts';
import { isOneOf } from './ids.ts';
import { inPasses, type Placed } from './import-pass.ts';
import { LinkRemains } from './link-remains.ts';
import { LinkTombstones } from './link-tombstones.ts';
import type { LinkTable } from './schema.ts';

/** Rows of a deleted link that are removed at once. */
const REMAINS_AT_ONCE = 500;

/** A link with more recorded clicks than this keeps its owner: each of them bears the owner's id. */
const CLICKS_HANDED_OVER_MAX = 5000;

type PlacedLink = Placed<ImportLinkRow>;

const KNOWN_COLUMNS = [
  'id',
  'domain_id',
  'code',
  'url',
  'url_version',
  'title',
  'active',
  'owner_id',
  'version',
  'created_at',
  'updated_at',
  'deleted_at',
] as const;
type KnownLink = Pick<Selectable<LinkTable>, (typeof KNOWN_COLUMNS)[number]>;

/** Rows of urls.csv of one call into the database. Links that are not there yet go in together. */
export class LinkImport {
  private readonly tombstones: LinkTombstones;
  private readonly remains: LinkRemains;
  private byId = new Map<number, KnownLink>();
  private byCode = new Map<string, KnownLink>();
  private users = new Set<number>();
  /** Ids of purged links whose `deleted` event is still in sight, and of deleted ones. */
  private former = new Set<number>();
  private waiting: PlacedLink[] = [];

  constructor(
    private readonly ctx: WriteContext,
    private readonly counters: CounterBatch,
  ) {
    const log = new EventLog(ctx);
    this.tombstones = new LinkTombstones(ctx, log);
    this.remains = new LinkRemains(ctx, log);
  }

  put(rows: readonly ImportLinkRow[]): Promise<Outcome[]> {
    return inPasses(rows, async (open) => {
      await this.load(open.map(({ row }) => row));
      for (const placed of open) await this.decide(placed);
      await this.insertWaiting();
    });
  }

  async makeRoom(rows: readonly ImportLinkRow[]): Promise<boolean> {
    await this.load(rows);
    for (const { id, code } of rows) {
      const known = id === null ? undefined : this.byId.get(id);
      if (!known || known.deleted_at === null || known.code === code || this.byCode.has(code)) continue;
      if (await this.removeFormer(known.id)) return true;
    }
    return false;
  }

  private async load(rows: readonly ImportLinkRow[]): Promise<void> {
    const { db } = this.ctx;
    const ids = rows.flatMap(({ id }) => id ?? []);
    const codes = rows.map(({ code }) => code);
    this.users = await holdUsers(db, [...new Set(rows.flatMap(({ userId }) => userId ?? []))]);
    const links = await db
      .selectFrom('links')
      .select(KNOWN_COLUMNS)
      .where((eb) =>
        eb.or([
          isOneOf('id', ids),
          eb.and([eb('domain_id', '=', DEFAULT_DOMAIN_ID), sql<boolean>`code = any(${codes}::text[])`]),
        ]),
      )
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    this.byId.clear();
    this.byCode.clear();
    for (const link of links) this.know(link);
    const former = await db
      .selectFrom('event_counts')
      .select('link_id')
      .distinct()
      .where(isOneOf('link_id', ids))
      .execute();
    this.former = new Set(former.map(({ link_id }) => link_id));
  }

  private async decide(placed: PlacedLink): Promise<void> {
    const { row } = placed;
    const meets = ({ row: { id, code } }: PlacedLink) => code === row.code || (id !== null && id === row.id);
    if (this.waiting.some(meets)) await this.insertWaiting();
    const holder = this.byCode.get(row.code);
    const known = row.id === null ? holder : this.byId.get(row.id);
    if (known && known.code === row.code) {
      placed.outcome = known.deleted_at === null ? await this.update(known, row) : await this.revive(known, row);
    } else if (known && known.deleted_at === null) {
      placed.outcome = withWarnings('skipped', known.id, [`id ${known.id} is taken by another URL`]);
    } else if (holder) {
      placed.outcome = withWarnings('skipped', row.id, [`short_code "${row.code}" is taken by another URL`]);
    } else {
      if (row.id !== null && (known || this.former.has(row.id))) while (await this.removeFormer(row.id));
      this.waiting.push(placed);
    }
  }

  /** Removes a part of what a deleted link left under an id, at last its own row. Returns whether more is left. */
  private async removeFormer(id: number): Promise<boolean> {
    if (await this.remains.remove(id, REMAINS_AT_ONCE, false, this.counters)) return true;
    await this.ctx.db.deleteFrom('links').where('id', '=', id).where('deleted_at', 'is not', null).execute();
    const known = this.byId.get(id);
    if (known) this.byCode.delete(known.code);
    this.byId.delete(id);
    this.former.delete(id);
    return false;
  }

  private async insertWaiting(): Promise<void> {
    const placed = this.waiting;
    this.waiting = [];
    if (placed.length === 0) return;
    const links = await this.insert(placed.map(({ row }) => row));
    for (const one of placed) {
      const link = links.get(one.row.code);
      if (!link) continue;
      const { ownerId, warnings } = this.owner(one.row);
      this.know(link);
      this.counters.addLinks(ownerId, 1);
      this.ctx.linkChanged(link.domain_id, link.code);
      one.outcome = withWarnings('created', link.id, warnings);
    }
  }

  /** The links by code; those are left out whose id or code somebody took in the same moment. */
  private async insert(rows: readonly ImportLinkRow[]): Promise<Map<string, KnownLink>> {
    const { db } = this.ctx;
    const now = this.ctx.now();
    const highest = Math.max(0, ...rows.map(({ id }) => id ?? 0));
    if (highest > 0) await sql`SELECT move_identity('links_id_seq', ${highest})`.execute(db);
    const created = rows.map((row) => row.createdAt ?? row.updatedAt ?? now);
    const { rows: inserted } = await sql<KnownLink>`
      INSERT INTO links (id, domain_id, code, url, title, active, redirect_status, owner_id, created_at, updated_at)
      SELECT coalesce(id, nextval('links_id_seq')), ${DEFAULT_DOMAIN_ID}::int, code, url, title, active, 302, owner_id,
        created_at, updated_at
      FROM unnest(${rows.map(({ id }) => id)}::int[], ${rows.map(({ code }) => code)}::text[],
        ${rows.map(({ url }) => url)}::text[], ${rows.map(({ title }) => title)}::text[],
        ${rows.map(({ active }) => active)}::boolean[], ${rows.map((row) => this.owner(row).ownerId)}::int[],
        ${created}::bigint[], ${rows.map(({ updatedAt }, at) => updatedAt ?? created[at])}::bigint[])
        WITH ORDINALITY AS given (id, code, url, title, active, owner_id, created_at, updated_at, place)
      ORDER BY place
      ON CONFLICT DO NOTHING RETURNING ${sql.join(KNOWN_COLUMNS.map((column) => sql.ref(column)))}`.execute(db);
    return new Map(inserted.map((link) => [link.code, link]));
  }

  private async update(known: KnownLink, row: ImportLinkRow): Promise<Outcome> {
    const { link, warnings } = await this.apply(known, row);
    if (link.url !== row.url) warnings.push(`URL ${link.id} keeps its original_url ${link.url}`);
    return withWarnings('updated', link.id, warnings);
  }

  /** A deleted link comes back as the file has it; where it led before stays known to its clicks. */
  private async revive(known: KnownLink, row: ImportLinkRow): Promise<Outcome> {
    await this.tombstones.raise([known], this.counters);
    const { link, warnings } = await this.apply({ ...known, deleted_at: null }, row);
    if (link.url === row.url) this.know(link);
    else {
      const { db } = this.ctx;
      const before = { link_id: link.id, url_version: link.url_version, url: link.url };
      const after = { url: row.url, url_version: link.url_version + 1 };
      await db.insertInto('link_urls').values(before).execute();
      await db.updateTable('links').set(after).where('id', '=', link.id).execute();
      this.know({ ...link, ...after });
    }
    return withWarnings('created', link.id, warnings);
  }

  /** Title, flag, times and owner of a live link. */
  private async apply(known: KnownLink, row: ImportLinkRow): Promise<{ link: KnownLink; warnings: string[] }> {
    const { ownerId, warnings } = this.owner(row);
    const after = {
      title: row.title,
      active: row.active,
      created_at: importedTime(known.created_at, row.createdAt),
      updated_at: importedTime(known.updated_at, row.updatedAt),
      owner_id: ownerId,
    };
    if (ownerId !== known.owner_id && !(await this.handOver(known, ownerId))) {
      after.owner_id = known.owner_id;
      warnings.push(`URL ${known.id} has too many clicks to change its user_id`);
    }
    const fields = Object.keys(after) as (keyof typeof after)[];
    if (fields.every((field) => after[field] === known[field])) return { link: known, warnings };
    const columns = { ...after, version: known.version + 1 };
    await this.ctx.db.updateTable('links').set(columns).where('id', '=', known.id).execute();
    const link = { ...known, ...columns };
    this.know(link);
    this.ctx.linkChanged(known.domain_id, known.code);
    return { link, warnings };
  }

  private async handOver(known: KnownLink, ownerId: number | null): Promise<boolean> {
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
      this.counters.add('links_by_owner', known.owner_id, -1);
      this.counters.add('events_by_user', known.owner_id, -clicks);
    }
    if (ownerId !== null) {
      this.counters.add('links_by_owner', ownerId, 1);
      this.counters.add('events_by_user', ownerId, clicks);
    }
    return true;
  }

  private owner(row: ImportLinkRow): { ownerId: number | null; warnings: string[] } {
    if (row.userId === null) return { ownerId: null, warnings: [] };
    if (this.users.has(row.userId)) return { ownerId: row.userId, warnings: [] };
    return { ownerId: null, warnings: [`user_id ${row.userId} does not exist`] };
  }

  private know(link: KnownLink): void {
    this.byId.set(link.id, link);
    if (link.domain_id === DEFAULT_DOMAIN_ID) this.byCode.set(link.code, link);
  }
}
