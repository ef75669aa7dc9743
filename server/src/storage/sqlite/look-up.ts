import type { LinkId, RedirectStatus, ReplicaLink } from '../../links/link.ts';

/** What a redirect reads of a link, under the names of its columns. */
export interface LookUpRow {
  id: number;
  code: string;
  url: string;
  url_version: number;
  redirect_status: number;
  active: number;
  expires_at: number | null;
  quarantine_reason: string | null;
}

const COLUMNS = 'id, code, url, url_version, redirect_status, active, expires_at, quarantine_reason';

/** All columns are in the index, so the row itself is not read. */
export const LOOK_UP = `SELECT ${COLUMNS}
  FROM links INDEXED BY links_lookup WHERE domain_id = ? AND code = ? AND deleted_at IS NULL`;

/** Live links of a domain in the order of their codes: those after a code, at most so many. */
export const LOOK_UP_AFTER = `SELECT ${COLUMNS}
  FROM links INDEXED BY links_lookup WHERE domain_id = ? AND code > ? AND deleted_at IS NULL ORDER BY code LIMIT ?`;

export function toReplicaLink(row: LookUpRow): ReplicaLink {
  return {
    id: row.id as LinkId,
    code: row.code,
    url: row.url,
    urlVersion: row.url_version,
    redirectStatus: row.redirect_status as RedirectStatus,
    active: row.active === 1,
    expiresAt: row.expires_at,
    quarantineReason: row.quarantine_reason,
  };
}
