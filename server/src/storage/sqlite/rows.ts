import type { Kysely, Selectable } from 'kysely';
import type { LinkId, LinkWithCounts, RedirectStatus } from '../../links/link.ts';
import type { LinkTable, Schema } from './schema.ts';

const LINK_COLUMNS = [
  'links.id',
  'links.domain_id',
  'links.code',
  'links.url',
  'links.url_version',
  'links.title',
  'links.active',
  'links.expires_at',
  'links.redirect_status',
  'links.owner_id',
  'links.version',
  'links.quarantine_reason',
  'links.created_at',
  'links.updated_at',
  'links.deleted_at',
  'link_stats.clicks',
  'link_stats.human_clicks',
  'link_stats.last_click_at',
] as const;

export interface LinkRow extends Selectable<LinkTable> {
  clicks: number | null;
  human_clicks: number | null;
  last_click_at: number | null;
}

/** Links with their totals, deleted ones included. */
export function selectLinks(db: Kysely<Schema>) {
  return db.selectFrom('links').leftJoin('link_stats', 'link_stats.link_id', 'links.id').select(LINK_COLUMNS);
}

export function toLink(row: LinkRow): LinkWithCounts {
  return {
    id: row.id as LinkId,
    domainId: row.domain_id,
    code: row.code,
    url: row.url,
    urlVersion: row.url_version,
    title: row.title,
    active: row.active === 1,
    expiresAt: row.expires_at,
    redirectStatus: row.redirect_status as RedirectStatus,
    ownerId: row.owner_id,
    version: row.version,
    quarantineReason: row.quarantine_reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    clicks: row.clicks ?? 0,
    humanClicks: row.human_clicks ?? 0,
    lastClickAt: row.last_click_at,
  };
}
