import type { Database } from 'bun:sqlite';
import type { LinkId, RedirectStatus, ReplicaLink } from '../../links/link.ts';
import type { Replica } from '../../links/replica.ts';

interface Row {
  id: number;
  code: string;
  url: string;
  url_version: number;
  redirect_status: number;
  active: number;
  expires_at: number | null;
  quarantine_reason: string | null;
}

/** No code can be longer, so longer ones are unknown without a look. */
const CODE_LENGTH_MAX = 64;

/**
 * Redirect look-ups straight from the main database, with the links asked for lately in memory: two generations of at
 * most `cacheSize` / 2 each, the older one dropped when the younger is full. Unknown codes are not kept: a scan of
 * random codes can't push out what is used, and costs one indexed look-up each.
 */
export class SqliteReplica implements Replica {
  lastFindHit = false;
  private young = new Map<string, ReplicaLink>();
  private old = new Map<string, ReplicaLink>();
  private readonly row;
  private readonly generationMax: number;

  /** `counts` is raised with every look-up; /metrics reads it. */
  constructor(
    sqlite: Database,
    cacheSize: number,
    private readonly counts = { hits: 0, misses: 0 },
  ) {
    this.generationMax = Math.floor(cacheSize / 2);
    this.row = sqlite.prepare<Row, [number, string]>(
      `SELECT id, code, url, url_version, redirect_status, active, expires_at, quarantine_reason
       FROM links WHERE domain_id = ? AND code = ? AND deleted_at IS NULL`,
    );
  }

  find(domainId: number, code: string): ReplicaLink | null {
    // @NOTE One domain exists today, so the code alone is the key; named domains will prefix it.
    let link = this.young.get(code);
    if (link !== undefined) {
      this.lastFindHit = true;
      this.counts.hits++;
      return link;
    }
    link = this.old.get(code);
    this.lastFindHit = link !== undefined;
    if (link === undefined) {
      this.counts.misses++;
      if (code.length > CODE_LENGTH_MAX) return null;
      const row = this.row.get(domainId, code);
      if (row === null) return null;
      link = toReplicaLink(row);
    } else {
      this.counts.hits++;
    }
    this.remember(link);
    return link;
  }

  invalidate(_domainId: number, codes: readonly string[]): void {
    for (const code of codes) {
      this.young.delete(code);
      this.old.delete(code);
    }
  }

  get hits(): number {
    return this.counts.hits;
  }

  get misses(): number {
    return this.counts.misses;
  }

  /** @NOTE The key is the row's own string: one cut from a request would keep the whole request in memory. */
  private remember(link: ReplicaLink): void {
    if (this.generationMax === 0) return;
    if (this.young.size >= this.generationMax) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(link.code, link);
  }
}

function toReplicaLink(row: Row): ReplicaLink {
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
