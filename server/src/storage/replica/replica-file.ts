import type { Database } from 'bun:sqlite';
import type { FeedCursor, FeedLink, LinkChange } from '../../links/change-feed.ts';
import type { LinkId, RedirectStatus } from '../../links/link.ts';
import type { ChangedCode, ReplicaStore, SnapshotProgress } from '../../links/replica-store.ts';

interface LinkRow {
  domain_id: number;
  code: string;
  id: number;
  url: string;
  url_version: number;
  redirect_status: number;
  active: number;
  expires_at: number | null;
  quarantine_reason: string | null;
  version: number;
  generation: number;
}

interface StateRow {
  generation: number;
  epoch: string | null;
  seq: number | null;
  snapshot_epoch: string | null;
  snapshot_seq: number | null;
  snapshot_after_id: number | null;
}

type Bound = [number, string, number, string, number, number, number, number | null, string | null, number, number];

/**
 * The replica in a SQLite file. Written by one thread alone; the main thread reads it through `SqliteReplica`.
 *
 * Order: of two states of one code the one of the later snapshot is newer; within a snapshot the one with the greater
 * (link id, version), since ids are never given out twice and a code passes only to a younger link.
 */
export class ReplicaFile implements ReplicaStore {
  private state: StateRow;
  private readonly row;
  private readonly upsert;
  private readonly remove;

  constructor(private readonly sqlite: Database) {
    this.state = this.readState();
    this.row = sqlite.prepare<LinkRow, [number, string]>(
      `SELECT domain_id, code, id, url, url_version, redirect_status, active, expires_at, quarantine_reason, version,
         generation
       FROM links WHERE domain_id = ? AND code = ?`,
    );
    this.upsert = sqlite.prepare<null, Bound>(
      `INSERT INTO links (domain_id, code, id, url, url_version, redirect_status, active, expires_at, quarantine_reason,
         version, generation)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (domain_id, code) DO UPDATE SET id = excluded.id, url = excluded.url,
         url_version = excluded.url_version, redirect_status = excluded.redirect_status, active = excluded.active,
         expires_at = excluded.expires_at, quarantine_reason = excluded.quarantine_reason, version = excluded.version,
         generation = excluded.generation`,
    );
    this.remove = sqlite.prepare<null, [number, string]>('DELETE FROM links WHERE domain_id = ? AND code = ?');
  }

  get cursor(): FeedCursor | null {
    const { epoch, seq } = this.state;
    return epoch === null || seq === null ? null : { epoch, seq };
  }

  get snapshot(): SnapshotProgress | null {
    const { snapshot_epoch: epoch, snapshot_seq: seq, snapshot_after_id: afterId } = this.state;
    return epoch === null || seq === null || afterId === null ? null : { cursor: { epoch, seq }, afterId };
  }

  beginSnapshot({ epoch, seq }: FeedCursor): void {
    this.inTransaction(() => {
      this.sqlite
        .query<null, [string, number]>(
          `UPDATE state SET generation = generation + 1, snapshot_epoch = ?, snapshot_seq = ?, snapshot_after_id = 0`,
        )
        .run(epoch, seq);
    });
  }

  addPage(links: readonly FeedLink[], afterId: number): ChangedCode[] {
    return this.inTransaction(() => {
      const changed = links.filter((link) => this.put(link) === 'replaced').map(codeOf);
      this.sqlite.query<null, [number]>('UPDATE state SET snapshot_after_id = ?').run(afterId);
      return changed;
    });
  }

  endSnapshot(): ChangedCode[] {
    return this.inTransaction(() => {
      const gone = this.sqlite
        .query<{ domain_id: number; code: string }, [number]>(
          'DELETE FROM links WHERE generation <> ? RETURNING domain_id, code',
        )
        .all(this.state.generation);
      this.sqlite.run(
        `UPDATE state SET epoch = snapshot_epoch, seq = snapshot_seq,
           snapshot_epoch = NULL, snapshot_seq = NULL, snapshot_after_id = NULL`,
      );
      return gone.map(({ domain_id, code }) => [domain_id, code] as const);
    });
  }

  apply(changes: readonly LinkChange[], seq: number): ChangedCode[] {
    return this.inTransaction(() => {
      const changed = changes.filter((change) => (change.link ? this.put(change.link) !== 'same' : this.drop(change)));
      this.sqlite.query<null, [number]>('UPDATE state SET seq = ?').run(seq);
      return changed.map(codeOf);
    });
  }

  keep(link: FeedLink): FeedLink {
    return this.inTransaction(() => {
      this.put(link);
      return this.find(link.domainId, link.code) ?? link;
    });
  }

  find(domainId: number, code: string): FeedLink | null {
    const row = this.row.get(domainId, code);
    return row === null ? null : toFeedLink(row);
  }

  salts(): { day: number; salt: string }[] {
    return this.sqlite.query<{ day: number; salt: string }, []>('SELECT day, salt FROM salts ORDER BY day').all();
  }

  addSalts(salts: readonly { day: number; salt: string }[], firstDay: number): void {
    this.inTransaction(() => {
      const insert = this.sqlite.query<null, [number, string]>(
        'INSERT OR REPLACE INTO salts (day, salt) VALUES (?, ?)',
      );
      for (const { day, salt } of salts) insert.run(day, salt);
      this.sqlite.query<null, [number]>('DELETE FROM salts WHERE day < ?').run(firstDay);
    });
  }

  close(): void {
    this.sqlite.close();
  }

  /** Writes a link unless what is there is newer. `same`: redirects are as before. */
  private put(link: FeedLink): 'added' | 'replaced' | 'same' {
    const before = this.row.get(link.domainId, link.code);
    const { generation } = this.state;
    if (before && before.generation === generation) {
      if (before.id > link.id || (before.id === link.id && before.version > link.version)) return 'same';
    }
    const row = toBound(link, generation);
    const same = before !== null && isSame(before, link);
    if (!same || before.generation !== generation || before.version !== link.version) this.upsert.run(...row);
    return before === null ? 'added' : same ? 'same' : 'replaced';
  }

  private drop({ domainId, code, linkId }: LinkChange): boolean {
    const before = this.row.get(domainId, code);
    if (before === null || before.id > linkId) return false;
    this.remove.run(domainId, code);
    return true;
  }

  private inTransaction<T>(work: () => T): T {
    const result = this.sqlite.transaction(work).immediate();
    this.state = this.readState();
    return result;
  }

  private readState(): StateRow {
    const state = this.sqlite
      .query<StateRow, []>('SELECT generation, epoch, seq, snapshot_epoch, snapshot_seq, snapshot_after_id FROM state')
      .get();
    if (!state) throw new Error('the replica has no state row');
    return state;
  }
}

function codeOf({ domainId, code }: { domainId: number; code: string }): ChangedCode {
  return [domainId, code];
}

function toBound(link: FeedLink, generation: number): Bound {
  return [
    link.domainId,
    link.code,
    link.id,
    link.url,
    link.urlVersion,
    link.redirectStatus,
    link.active ? 1 : 0,
    link.expiresAt,
    link.quarantineReason,
    link.version,
    generation,
  ];
}

/** Whether both lead visitors the same way. */
function isSame(row: LinkRow, link: FeedLink): boolean {
  return (
    row.id === link.id &&
    row.url === link.url &&
    row.url_version === link.urlVersion &&
    row.redirect_status === link.redirectStatus &&
    row.active === (link.active ? 1 : 0) &&
    row.expires_at === link.expiresAt &&
    row.quarantine_reason === link.quarantineReason
  );
}

function toFeedLink(row: LinkRow): FeedLink {
  return {
    id: row.id as LinkId,
    domainId: row.domain_id,
    code: row.code,
    url: row.url,
    urlVersion: row.url_version,
    redirectStatus: row.redirect_status as RedirectStatus,
    active: row.active === 1,
    expiresAt: row.expires_at,
    quarantineReason: row.quarantine_reason,
    version: row.version,
  };
}
