import type { Database } from 'bun:sqlite';
import type { ReplicaLink } from '../../links/link.ts';
import type { Replica } from '../../links/replica.ts';
import { drawHashSeed, hashCode } from './code-hash.ts';
import { LinkCache } from './link-cache.ts';
import { LinkCopies } from './link-copies.ts';
import type { LinkCopy } from './link-copy.ts';
import { LOOK_UP, type LookUpRow, toReplicaLink } from './look-up.ts';

/** No code can be longer, so longer ones are unknown without a look. */
const CODE_LENGTH_MAX = 64;

/**
 * Redirect look-ups from a packed copy of all links where there is one, then from the links asked for lately, then
 * straight from a database file. Unknown codes are not kept: a scan of random codes can't push out what is used, and
 * costs one indexed look-up each.
 * Shape: the file has a table `links` and its index `links_lookup` as the migrations make them, which holds all that a
 * look-up reads: one descent instead of two. A file without that index keeps its table in the order of codes.
 */
export class SqliteReplica implements Replica {
  lastFindHit = false;
  readonly hashSeed = drawHashSeed();
  readonly copies = new LinkCopies();
  private cache: LinkCache;
  private readonly row;
  private readonly begin;
  private readonly commit;
  private reading = false;

  /** `counts` is raised with every look-up; /metrics reads it. */
  constructor(
    sqlite: Database,
    private readonly cacheSize: number,
    private readonly counts = { hits: 0, misses: 0 },
  ) {
    this.cache = new LinkCache(cacheSize);
    const index = sqlite.query(`SELECT 1 FROM sqlite_schema WHERE name = 'links_lookup'`).get();
    this.begin = sqlite.prepare('BEGIN');
    this.commit = sqlite.prepare('COMMIT');
    this.row = sqlite.prepare<LookUpRow, [number, string]>(
      index ? LOOK_UP : LOOK_UP.replace('INDEXED BY links_lookup', ''),
    );
  }

  find(domainId: number, code: string): ReplicaLink | null {
    if (code.length > CODE_LENGTH_MAX) return this.missed(null);
    // @NOTE One domain exists today, so the code alone is the key; named domains will prefix it.
    const hash = hashCode(code, this.hashSeed);
    const kept = this.copies.find(code, hash) ?? this.cache.get(code, hash);
    if (kept !== null) {
      this.lastFindHit = true;
      this.counts.hits++;
      return kept;
    }
    this.readOn();
    const row = this.row.get(domainId, code);
    if (row === null) return this.missed(null);
    const link = toReplicaLink(row);
    this.cache.add(link, hash);
    return this.missed(link);
  }

  /** What is read from here on holds the changes, those of links that nobody had asked for (created ones) too. */
  invalidate(_domainId: number, codes: readonly string[]): void {
    for (const code of codes) {
      const hash = hashCode(code, this.hashSeed);
      this.cache.remove(code, hash);
      this.copies.forget(hash);
    }
    this.readAnew();
  }

  /** Look-ups go on from a copy; memory keeps what that may not say. Returns the former copy, which nobody reads any more. */
  useCopy(copy: LinkCopy): LinkCopy | null {
    this.cache = new LinkCache(this.cacheSize);
    return this.copies.use(copy);
  }

  get hits(): number {
    return this.counts.hits;
  }

  get misses(): number {
    return this.counts.misses;
  }

  /**
   * Look-ups of one turn share a transaction, whose beginning and end cost more than half a look-up. It ends with the
   * turn, so that the write-ahead log can begin again at its front.
   */
  private readOn(): void {
    if (this.reading) return;
    this.begin.run();
    this.reading = true;
    setImmediate(() => this.readAnew());
  }

  private readAnew(): void {
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
