/** Who has signed in, and links to sign in with. */
export const migration0005 = {
  version: 5,
  name: 'sessions',
  sql: `
-- hash: SHA-256 of the secret in lower-case hex. key_id: the API key that the session ends with. Times: epoch ms UTC.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  key_id INTEGER,
  user_agent TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX sessions_end ON sessions (expires_at);

-- A row is gone once somebody has signed in with it.
CREATE TABLE sign_in_links (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  key_id INTEGER,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_end ON sign_in_links (expires_at);
`,
} as const;
