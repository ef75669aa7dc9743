import type { Link } from '@waymark/contract/v1/links';
import type { LinkWithCounts } from '../../../links/link.ts';
import type { ApiDeps } from '../deps.ts';

/** Epoch ms as RFC 3339 in UTC. */
export function isoTime(at: number): string;
export function isoTime(at: number | null): string | null;
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Makes what shows links. */
export function createLinkView(deps: Pick<ApiDeps, 'shortUrl'>): (link: LinkWithCounts) => Link {
  let root = '';
  let domain = '';
  const domainOf = () => {
    const current = deps.shortUrl('');
    if (current !== root) {
      root = current;
      domain = new URL(current).host;
    }
    return domain;
  };
  return (link) => ({
    id: String(link.id),
    code: link.code,
    domain: domainOf(),
    shortUrl: deps.shortUrl(link.code),
    url: link.url,
    title: link.title,
    active: link.active,
    expiresAt: isoTime(link.expiresAt),
    redirectStatus: link.redirectStatus,
    ownerId: link.ownerId === null ? null : String(link.ownerId),
    quarantineReason: link.quarantineReason,
    clicks: link.clicks,
    humanClicks: link.humanClicks,
    lastClickAt: isoTime(link.lastClickAt),
    version: link.version,
    createdAt: isoTime(link.createdAt),
    updatedAt: isoTime(link.updatedAt),
    deletedAt: isoTime(link.deletedAt),
  });
}
