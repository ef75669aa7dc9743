/**
 * First schema. Times are epoch ms UTC unless the name says day, hour or slot: those count whole
 * UTC days, hours and quarter hours since the epoch. Flags are 0 or 1.
 */
export const migration0001 = {
  version: 1,
  name: 'links-clicks',
  sql: `
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- One row for each name in use: what makes names unique, imported repeats aside. email values are lower case.
CREATE TABLE user_claims (
  kind TEXT NOT NULL CHECK (kind IN ('username', 'email')),
  value TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX users_username ON users (username);
CREATE INDEX users_email ON users (lower(email));

-- Users whose links are still being tombstoned.
CREATE TABLE user_deletions (user_id INTEGER PRIMARY KEY, deleted_at INTEGER NOT NULL) STRICT;

CREATE TABLE links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id INTEGER NOT NULL,
  code TEXT NOT NULL,
  url TEXT NOT NULL,
  url_version INTEGER NOT NULL DEFAULT 1,
  title TEXT,
  active INTEGER NOT NULL DEFAULT 1,
  expires_at INTEGER,
  redirect_status INTEGER NOT NULL DEFAULT 302,
  owner_id INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  quarantine_reason TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  UNIQUE (domain_id, code)
) STRICT;
CREATE INDEX links_owner ON links (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX links_created ON links (created_at, id);
CREATE INDEX links_updated ON links (updated_at, id);
CREATE INDEX links_deleted ON links (deleted_at) WHERE deleted_at IS NOT NULL;

-- Destinations a link has left behind; clicks name the version they were sent to.
CREATE TABLE link_urls (
  link_id INTEGER NOT NULL,
  url_version INTEGER NOT NULL,
  url TEXT NOT NULL,
  PRIMARY KEY (link_id, url_version)
) STRICT, WITHOUT ROWID;

-- Totals of recorded clicks, kept for ever. click_rows: how many of them still have a row in clicks.
CREATE TABLE link_stats (
  link_id INTEGER PRIMARY KEY,
  clicks INTEGER NOT NULL DEFAULT 0,
  human_clicks INTEGER NOT NULL DEFAULT 0,
  click_rows INTEGER NOT NULL DEFAULT 0,
  last_click_at INTEGER
) STRICT;
CREATE INDEX link_stats_clicks ON link_stats (clicks, link_id);

-- Ids of events and clicks come from one sequence, so one order holds for both.
CREATE TABLE sequences (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO sequences VALUES ('event', 1);

-- Everything in the activity log but recorded clicks. details: a JSON object.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  link_id INTEGER NOT NULL,
  user_id INTEGER,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  details TEXT NOT NULL
) STRICT;
CREATE INDEX events_link ON events (link_id);
CREATE INDEX events_user ON events (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX events_type ON events (type);

-- Recorded clicks. country ... reason hold ids of dimension_values, 0 for none.
-- first_seen: 1 first of its visitor today on the link, 2 the same among human clicks, 4 and 8 likewise over all links.
CREATE TABLE clicks (
  id INTEGER PRIMARY KEY,
  link_id INTEGER NOT NULL,
  user_id INTEGER,
  at INTEGER NOT NULL,
  original_at INTEGER,
  url_version INTEGER NOT NULL,
  country INTEGER NOT NULL,
  region INTEGER NOT NULL,
  city INTEGER NOT NULL,
  device INTEGER NOT NULL,
  browser INTEGER NOT NULL,
  os INTEGER NOT NULL,
  referrer INTEGER NOT NULL,
  utm_source INTEGER NOT NULL,
  utm_medium INTEGER NOT NULL,
  utm_campaign INTEGER NOT NULL,
  utm_term INTEGER NOT NULL,
  utm_content INTEGER NOT NULL,
  language INTEGER NOT NULL,
  quality INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  visitor INTEGER NOT NULL,
  first_seen INTEGER NOT NULL
) STRICT;
CREATE INDEX clicks_link ON clicks (link_id);
CREATE INDEX clicks_user ON clicks (user_id) WHERE user_id IS NOT NULL;

-- Which ids the clicks of an hour have: finds a time range without an index on time.
CREATE TABLE click_hours (hour INTEGER PRIMARY KEY, min_id INTEGER NOT NULL, max_id INTEGER NOT NULL) STRICT;

-- Rows of events (recorded clicks left out) by link, user (0: none) and type.
CREATE TABLE event_counts (
  link_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  type TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (link_id, user_id, type)
) STRICT, WITHOUT ROWID;

-- Exact numbers of what lists show: kind 'users', 'links', 'links_by_owner', 'events', 'events_by_user', 'events_by_type'.
CREATE TABLE counters (kind TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;

-- id = dimension * 2^32 + number, so one integer orders by dimension. Source: contract/src/dimensions.ts.
CREATE TABLE dimension_values (
  id INTEGER PRIMARY KEY,
  dimension INTEGER NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (dimension, value)
) STRICT;

-- link_id 0 stands for all links together.
CREATE TABLE rollup_15m (
  link_id INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  human_clicks INTEGER NOT NULL,
  human_visitors INTEGER NOT NULL,
  PRIMARY KEY (link_id, slot)
) STRICT, WITHOUT ROWID;

-- By time first: the rows of the current hour lie together, which keeps ingest cheap.
CREATE TABLE rollup_hour (
  hour INTEGER NOT NULL,
  link_id INTEGER NOT NULL,
  value_id INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  human_clicks INTEGER NOT NULL,
  human_visitors INTEGER NOT NULL,
  PRIMARY KEY (hour, link_id, value_id)
) STRICT, WITHOUT ROWID;

-- The same by day, complete for days before counters('rollup_days_before').
CREATE TABLE rollup_day (
  day INTEGER NOT NULL,
  link_id INTEGER NOT NULL,
  value_id INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  human_clicks INTEGER NOT NULL,
  human_visitors INTEGER NOT NULL,
  PRIMARY KEY (day, link_id, value_id)
) STRICT, WITHOUT ROWID;

-- mask: 1 seen today, 2 seen today as human. link_id 0: on any link.
CREATE TABLE visitors_seen (
  day INTEGER NOT NULL,
  link_id INTEGER NOT NULL,
  visitor INTEGER NOT NULL,
  mask INTEGER NOT NULL,
  PRIMARY KEY (day, link_id, visitor)
) STRICT, WITHOUT ROWID;
-- The latest notes of visitors_seen, in the order they were made, until they are merged into it.
CREATE TABLE visitors_recent (
  id INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  link_id INTEGER NOT NULL,
  visitor INTEGER NOT NULL,
  mask INTEGER NOT NULL
) STRICT;
CREATE TABLE visitor_salts (day INTEGER PRIMARY KEY, salt TEXT NOT NULL) STRICT;

CREATE TABLE ingest_edges (
  edge_id TEXT PRIMARY KEY,
  watermark INTEGER NOT NULL DEFAULT 0,
  committed INTEGER NOT NULL DEFAULT 0,
  discarded INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE ingest_batches (
  edge_id TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  committed_at INTEGER NOT NULL,
  PRIMARY KEY (edge_id, first_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX ingest_batches_age ON ingest_batches (committed_at);
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  edge_id TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  reason TEXT NOT NULL,
  content TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

-- Answers kept for repeated requests. result is null while the first is running.
CREATE TABLE idempotency (
  principal TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  result TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (principal, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);
`,
} as const;
