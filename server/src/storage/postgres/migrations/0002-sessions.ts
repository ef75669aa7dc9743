/** Who has signed in, and links to sign in with. */
export const migration0002 = {
  version: 2,
  name: 'sessions',
  sql: `
-- hash: SHA-256 of the secret in lower-case hex. key_id: the API key that the session ends with. Times: epoch ms UTC.
CREATE TABLE sessions (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  key_id integer,
  user_agent text,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  last_used_at bigint
);
CREATE INDEX sessions_end ON sessions (expires_at);

-- A row is gone once somebody has signed in with it.
CREATE TABLE sign_in_links (
  hash text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  key_id integer,
  expires_at bigint NOT NULL
);
CREATE INDEX sign_in_links_end ON sign_in_links (expires_at);
`,
} as const;
