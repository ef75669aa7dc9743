import type { Kysely, Selectable } from 'kysely';
import type { ApiKey } from '../../accounts/api-key.ts';
import type { User } from '../../accounts/user.ts';
import type { ActivityEvent } from '../../clicks/event.ts';
import type { LinkId, LinkWithCounts, RedirectStatus } from '../../links/link.ts';
import type { EventRow } from './event-log.ts';
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
    active: row.active,
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

export function toUser(row: Selectable<UserRowShape>): User {
  return { id: row.id, username: row.username, email: row.email, createdAt: row.created_at };
}

interface UserRowShape {
  id: number;
  username: string;
  email: string;
  created_at: number;
}

export function toEvent(row: EventRow): ActivityEvent {
  return {
    id: row.id,
    linkId: row.link_id,
    userId: row.user_id,
    type: row.type,
    at: row.at,
    details: JSON.parse(row.details) as Record<string, unknown>,
  };
}

export function toApiKey(row: {
  id: number;
  name: string;
  prefix: string;
  scope: ApiKey['scope'];
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
}): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scope: row.scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
