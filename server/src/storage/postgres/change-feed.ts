import type { ChangeFeed, FeedCursor, FeedLink, LinkChange } from '../../links/change-feed.ts';
import type { LinkId, RedirectStatus } from '../../links/link.ts';
import { type Clock, DAY_MS } from '../../platform/clock.ts';
import { randomSalt } from '../../platform/visitor-hash.ts';
import type { Ask, Statement } from './questions.ts';

/** A day's salt is deleted this long after the day's end. */
const SALT_KEPT_DAYS = 2;

const LINK_COLUMNS = ['id', 'domain_id', 'code', 'url', 'url_version', 'redirect_status', 'active', 'expires_at']
  .concat('quarantine_reason', 'version')
  .map((column) => `l.${column}`)
  .join(', ');

const HEAD: Statement = {
  name: 'feed_head',
  text: `SELECT feed_epoch AS epoch, feed_floor AS floor,
      greatest(feed_floor, coalesce((SELECT max(seq) FROM link_changes), 0)) AS seq
    FROM installation`,
};

/** One statement, so that the changes, the links' state and the floor are of one moment. */
const SINCE: Statement = {
  name: 'feed_since',
  text: `SELECT i.feed_epoch, i.feed_floor, (SELECT max(seq) FROM link_changes) AS last_seq,
      c.seq, c.link_id, c.domain_id AS change_domain_id, c.code AS change_code, ${LINK_COLUMNS}
    FROM installation i
    LEFT JOIN LATERAL (
      SELECT seq, link_id, domain_id, code FROM link_changes WHERE seq > $1 ORDER BY seq LIMIT $2
    ) c ON true
    LEFT JOIN links l ON l.id = c.link_id AND l.deleted_at IS NULL
    ORDER BY c.seq`,
};

const PAGE: Statement = {
  name: 'feed_page',
  text: `SELECT ${LINK_COLUMNS} FROM links l WHERE l.id > $1 AND l.deleted_at IS NULL ORDER BY l.id LIMIT $2`,
};

const FIND: Statement = {
  name: 'feed_find',
  text: `SELECT ${LINK_COLUMNS} FROM links l WHERE l.domain_id = $1 AND l.code = $2 AND l.deleted_at IS NULL`,
};

const MAKE_SALTS: Statement = {
  name: 'feed_make_salts',
  text: `INSERT INTO visitor_salts (day, salt) SELECT * FROM unnest($1::int[], $2::text[]) ON CONFLICT DO NOTHING`,
};

const SALTS: Statement = {
  name: 'feed_salts',
  text: 'SELECT day, salt FROM visitor_salts WHERE day = ANY($1::int[]) ORDER BY day',
};

interface LinkRow {
  id: number;
  domain_id: number;
  code: string;
  url: string;
  url_version: number;
  redirect_status: number;
  active: boolean;
  expires_at: number | null;
  quarantine_reason: string | null;
  version: number;
}

type SinceRow = { feed_epoch: string; feed_floor: number; last_seq: number | null } & (
  | ({ seq: number; link_id: number; change_domain_id: number; change_code: string } & (LinkRow | { id: null }))
  | { seq: null }
);

/**
 * The change feed over `link_changes`, which the schema's triggers fill in the order of commits.
 * A cursor beyond the last change is of a database that lost it, so it needs a snapshot as one below the floor does.
 */
export class PostgresChangeFeed implements ChangeFeed {
  constructor(
    private readonly ask: Ask,
    private readonly now: Clock,
  ) {}

  async head(): Promise<FeedCursor & { floor: number }> {
    const [head] = await this.ask<FeedCursor & { floor: number }>(HEAD, []);
    if (!head) throw new Error('the database has no installation row: migrate it first');
    return head;
  }

  async since(
    cursor: FeedCursor,
    limit: number,
  ): Promise<{ changes: LinkChange[]; seq: number; more: boolean } | null> {
    const rows = await this.ask<SinceRow>(SINCE, [cursor.seq, limit]);
    const [first] = rows;
    if (!first) throw new Error('the database has no installation row: migrate it first');
    const { feed_epoch, feed_floor, last_seq } = first;
    if (cursor.epoch !== feed_epoch || cursor.seq < feed_floor) return null;
    if (cursor.seq > Math.max(feed_floor, last_seq ?? 0)) return null;
    const changes: LinkChange[] = [];
    let seq = cursor.seq;
    for (const row of rows) {
      if (row.seq === null) continue;
      const { change_domain_id: domainId, change_code: code, link_id: linkId } = row;
      changes.push({ domainId, code, linkId, link: row.id === null ? null : toFeedLink(row) });
      seq = row.seq;
    }
    return { changes, seq, more: changes.length === limit };
  }

  async page(afterId: number, limit: number): Promise<FeedLink[]> {
    return (await this.ask<LinkRow>(PAGE, [afterId, limit])).map(toFeedLink);
  }

  async find(domainId: number, code: string): Promise<FeedLink | null> {
    const [row] = await this.ask<LinkRow>(FIND, [domainId, code]);
    return row ? toFeedLink(row) : null;
  }

  async salts(days: readonly number[]): Promise<{ day: number; salt: string }[]> {
    const today = Math.floor(this.now() / DAY_MS);
    const wanted = days.filter((day) => day >= today - SALT_KEPT_DAYS && day <= today + 1);
    const known = await this.ask<{ day: number; salt: string }>(SALTS, [wanted]);
    const missing = wanted.filter((day) => !known.some((salt) => salt.day === day));
    if (missing.length === 0) return known;
    await this.ask(MAKE_SALTS, [missing, missing.map(randomSalt)]);
    return this.ask(SALTS, [wanted]);
  }
}

function toFeedLink(row: LinkRow): FeedLink {
  return {
    id: row.id as LinkId,
    domainId: row.domain_id,
    code: row.code,
    url: row.url,
    urlVersion: row.url_version,
    redirectStatus: row.redirect_status as RedirectStatus,
    active: row.active,
    expiresAt: row.expires_at,
    quarantineReason: row.quarantine_reason,
    version: row.version,
  };
}
