/** What a key may do; each scope includes those before it. */
export type Scope = 'read' | 'write' | 'admin';

/** A key as it is kept: never the secret, only its SHA-256. Times in epoch ms UTC. */
export interface ApiKey {
  id: number;
  name: string;
  /** The first characters of the secret, to tell keys apart. */
  prefix: string;
  scope: Scope;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  revokedAt: number | null;
}

export interface ApiKeyQueries {
  /** Newest first, revoked ones included. */
  list(): Promise<ApiKey[]>;
  get(id: number): Promise<ApiKey | null>;
  /** The usable key with that hash (lower-case hex SHA-256 of the secret): not revoked, not expired at `now`. */
  findByHash(hash: string, now: number): Promise<ApiKey | null>;
}

export interface ApiKeyCommands {
  create(key: { name: string; scope: Scope; hash: string; prefix: string; expiresAt: number | null }): Promise<ApiKey>;
  /** Errors: `not_found`. Revoking again changes nothing. */
  revoke(id: number): Promise<ApiKey>;
  /** Notes uses; coarse (at most once a minute for each key). */
  touch(uses: { id: number; at: number }[]): Promise<void>;
}
