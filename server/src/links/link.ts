declare const linkId: unique symbol;
/** Integer, 1 and up, never reused; the classic id, and as a string the v1 id. */
export type LinkId = number & { readonly [linkId]: true };

/** The one domain of an installation without named domains. Links are keyed by (domain, code). */
export const DEFAULT_DOMAIN_ID = 1;

export type RedirectStatus = 301 | 302 | 307 | 308;

/** A link as it is stored. Times are epoch ms UTC. */
export interface Link {
  id: LinkId;
  domainId: number;
  code: string;
  url: string;
  /** Counts changes of `url`; a click names the version it was sent to. */
  urlVersion: number;
  title: string | null;
  active: boolean;
  expiresAt: number | null;
  redirectStatus: RedirectStatus;
  /** Classic user who owns it. */
  ownerId: number | null;
  /** Counts every change; the ETag of the v1 API. */
  version: number;
  quarantineReason: string | null;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
}

/** A link with its totals: every recorded click, and those of people. */
export interface LinkWithCounts extends Link {
  clicks: number;
  humanClicks: number;
  lastClickAt: number | null;
}

/** The part of a link that answering a redirect takes. */
export interface ReplicaLink {
  id: LinkId;
  code: string;
  url: string;
  urlVersion: number;
  redirectStatus: RedirectStatus;
  active: boolean;
  expiresAt: number | null;
  quarantineReason: string | null;
}
