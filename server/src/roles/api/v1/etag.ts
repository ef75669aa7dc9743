import type { LinkWithCounts } from '../../../links/link.ts';

const STRONG = /^"(\d{1,15})(?:-\d+-\d+)?"$/;

/**
 * Strong ETag of a link: `"<version>-<clicks>-<humanClicks>"`, since counts are shown and move without a new version.
 * @NOTE `If-Match` looks at the version alone: a click must not get in the way of an update.
 */
export function linkETag(link: Pick<LinkWithCounts, 'version' | 'clicks' | 'humanClicks'>): string {
  return `"${link.version}-${link.clicks}-${link.humanClicks}"`;
}

/** Versions that an `If-Match` lets pass; null for any (no header, or `*`). A weak tag never matches. Source: RFC 9110, 13.1.1. */
export function matchedVersions(header: string | undefined): number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return header.split(',').flatMap((tag) => {
    const version = STRONG.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
