import type { Database } from 'bun:sqlite';
import type { LinkId, RedirectStatus, ReplicaLink } from '../../links/link.ts';
import type { Replica } from '../../links/replica.ts';
import { LinkCache } from './link-cache.ts';

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

/** All columns are in the index, so the row itself is not read. */
export const LOOK_UP = `SELECT id, code, url, url_version, redirect_status, active, expires_at, quarantine_reason
  FROM links INDEXED BY links_lookup WHERE domain_id = ? AND code = ? AND deleted_at IS NULL`;

/** No code can be longer, so longer ones are unknown without a look. */
const CODE_LENGTH_MAX = 64;

/**
 * Redirect look-ups straight from a database file, with the links asked for lately in memory. Unknown codes are not
 * kept: a scan of random codes can't push out what is used, and costs one indexed look-up each.
 * Shape: the file has a table `links` and its index `links_lookup` as the migrations make them, which holds all that a
 * look-up reads: one descent instead of two. A file without that index keeps its table in the order of codes.
 */
export class SqliteReplica implements Replica {
  lastFindHit = false;
  private readonly cache: LinkCache;
  private readonly row;
  private readonly begin;
  private readonly commit;
  private reading = false;
  private holds = false;

  /** `counts` is raised with every look-up; /metrics reads it. */
  constructor(
    sqlite: Database,
    cacheSize: number,
    private readonly counts = { hits: 0, misses: 0 },
  ) {
    this.cache = new LinkCache(cacheSize);
    const index = sqlite.query(`SELECT 1 FROM sqlite_schema WHERE name = 'links_lookup'`).get();
    this.begin = sqlite.prepare('BEGIN');
    this.commit = sqlite.prepare('COMMIT');
    this.row = sqlite.prepare<Row, [number, string]>(index ? LOOK_UP : LOOK_UP.replace('INDEXED BY links_lookup', ''));
  }

  find(domainId: number, code: string): ReplicaLink | null {
    if (code.length > CODE_LENGTH_MAX) return this.missed(null);
    // @NOTE One domain exists today, so the code alone is the key; named domains will prefix it.
    const kept = this.cache.get(code);
    if (kept !== null) {
      this.lastFindHit = true;
      this.counts.hits++;
      return kept;
    }
    this.readOn();
    const row = this.row.get(domainId, code);
    if (row === null) return this.missed(null);
    const link = toReplicaLink(row);
    this.cache.add(link);
    return this.missed(link);
  }

  invalidate(_domainId: number, codes: readonly string[]): void {
    for (const code of codes) this.cache.remove(code);
    this.readAnew();
  }

  get hits(): number {
    return this.counts.hits;
  }

  get misses(): number {
    return this.counts.misses;
  }

  /**
   * Whether a read may stay open from turn to turn, until `readAnew` or `invalidate`. Without it each turn sees what is
   * committed, and SQLite gives the whole mapping of the file back whenever anything was. With it `readAnew` has to
   * follow every change of links, and holding has to end where the write-ahead log is to begin again at its front,
   * which it does only while nobody reads.
   */
  holdReads(hold: boolean): void {
    this.holds = hold;
    if (!hold) this.readAnew();
  }

  /** Look-ups share a transaction, whose beginning and end cost more than half a look-up. */
  private readOn(): void {
    if (this.reading) return;
    this.begin.run();
    this.reading = true;
    if (!this.holds) setImmediate(() => this.readAnew());
  }

  /** The next look-up sees what is committed by then: links created meanwhile too. */
  readAnew(): void {
    if (!this.reading) return;
    this.reading = false;
    try {
      this.commit.run();
    } catch {
      // The database was closed meanwhile, and the transaction with it.
    }
  }

  private missed(link: ReplicaLink | null): ReplicaLink | null {
    this.lastFindHit = false;
    this.counts.misses++;
    return link;
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
