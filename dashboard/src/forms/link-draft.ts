import type { Link, LinkCreate, LinkPatch } from '@waymark/contract/v1/links';
import { instantOf, type WallClock, wallClockOf } from './zoned-time.ts';

/** When a link ends, as the form shows it. */
export interface ExpiryDraft extends WallClock {
  /** IANA zone of the wall clock. */
  zone: string;
  /** Which of the two instants is meant where the clock is set back. */
  later: boolean;
}

export type RedirectStatus = Link['redirectStatus'];

/** What the form holds, as it stands on the screen. */
export interface LinkDraft {
  url: string;
  /** Empty draws a random one. */
  code: string;
  title: string;
  active: boolean;
  /** null: it never ends. */
  expiry: ExpiryDraft | null;
  redirectStatus: RedirectStatus;
}

/** What of a link can be changed. */
export type LinkFields = Pick<Link, 'url' | 'title' | 'active' | 'expiresAt' | 'redirectStatus'>;

export const LINK_FIELDS = ['url', 'title', 'active', 'expiresAt', 'redirectStatus'] as const;

export function emptyDraft(url = ''): LinkDraft {
  return { url, code: '', title: '', active: true, expiry: null, redirectStatus: 302 };
}

/** A link in the form, its end by the clocks of `zone`. */
export function draftOf(link: LinkFields & Pick<Link, 'code'>, zone: string): LinkDraft {
  const { url, code, title, active, expiresAt, redirectStatus } = link;
  const expiry = expiresAt === null ? null : { ...wallClockOf(Date.parse(expiresAt), zone), zone };
  return { url, code, title: title ?? '', active, expiry, redirectStatus };
}

/** The instant of an end, as the API takes it; null where it is incomplete. */
export function expiresAtOf({ zone, later, ...clock }: ExpiryDraft): string | null {
  const at = instantOf(clock, zone, later);
  return at === null ? null : new Date(at).toISOString();
}

export function toCreate({ url, code, title, active, expiry, redirectStatus }: LinkDraft): LinkCreate {
  return {
    url: url.trim(),
    ...(code !== '' && { code }),
    ...(title.trim() !== '' && { title: title.trim() }),
    ...(expiry && { expiresAt: expiresAtOf(expiry) }),
    active,
    redirectStatus,
  };
}

/**
 * The fields of a draft that was made from `base`.
 * An end that names the same minute is the same end: the form shows no seconds, and must not cut them off.
 */
export function toFields({ url, title, active, expiry, redirectStatus }: LinkDraft, base: LinkFields): LinkFields {
  const expiresAt = expiry === null ? null : expiresAtOf(expiry);
  return {
    url: url.trim(),
    title: title.trim() === '' ? null : title === base.title ? title : title.trim(),
    active,
    expiresAt: isSameMinute(expiresAt, base.expiresAt) ? base.expiresAt : expiresAt,
    redirectStatus,
  };
}

/** What differs from `base`, as a PATCH takes it. */
export function patchOf(fields: LinkFields, base: LinkFields): LinkPatch {
  return Object.fromEntries(
    LINK_FIELDS.filter((field) => fields[field] !== base[field]).map((field) => [field, fields[field]]),
  );
}

function isSameMinute(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && Math.floor(Date.parse(a) / 60_000) === Math.floor(Date.parse(b) / 60_000);
}
