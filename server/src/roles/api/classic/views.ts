import type { User } from '../../../accounts/user.ts';
import type { ActivityEvent } from '../../../clicks/event.ts';
import type { LinkWithCounts } from '../../../links/link.ts';
import { naiveTime } from './classic-time.ts';

export function userView(user: User) {
  return { id: user.id, username: user.username, email: user.email, created_at: naiveTime(user.createdAt) };
}

export function urlView(link: LinkWithCounts, shortUrl: (code: string) => string) {
  return {
    id: link.id,
    user_id: link.ownerId,
    short_code: link.code,
    original_url: link.url,
    title: link.title,
    is_active: link.active,
    created_at: naiveTime(link.createdAt),
    updated_at: naiveTime(link.updatedAt),
    short_url: shortUrl(link.code),
    click_count: link.clicks,
    expires_at: link.expiresAt === null ? null : naiveTime(link.expiresAt),
  };
}

export function eventView(event: ActivityEvent) {
  return {
    id: event.id,
    url_id: event.linkId,
    user_id: event.userId,
    event_type: event.type,
    timestamp: naiveTime(event.at),
    details: event.details,
  };
}
