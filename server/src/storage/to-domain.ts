import type { ApiKey } from '../accounts/api-key.ts';
import type { Session } from '../accounts/session.ts';
import type { User } from '../accounts/user.ts';
import type { ActivityEvent } from '../clicks/event.ts';

// Rows that both databases give in the same shape, as the domain has them.

export function toUser(row: UserRow): User {
  return { id: row.id, username: row.username, email: row.email, createdAt: row.created_at };
}

interface UserRow {
  id: number;
  username: string;
  email: string;
  created_at: number;
}

interface EventRow {
  id: number;
  link_id: number;
  user_id: number | null;
  type: string;
  at: number;
  details: string;
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

export function toSession(row: {
  id: number;
  name: string;
  scope: Session['scope'];
  key_id: number | null;
  user_agent: string | null;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
}): Session {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    keyId: row.key_id,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
