import type { Scope } from './api-key.ts';

/**
 * What a session stands and falls with besides itself: a key of the database, the key that the configuration names, or
 * nothing but its own end.
 */
export type Opener = { kind: 'key'; id: number } | { kind: 'bootstrap' } | { kind: 'none' };

/** Somebody who has signed in, as it is kept: never the secret, only its SHA-256. Times in epoch ms UTC. */
export interface Session {
  id: number;
  name: string;
  scope: Scope;
  /** The key that it ends with; null for none. */
  keyId: number | null;
  /** What the browser calls itself. */
  userAgent: string | null;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
}

/** What whoever signs in brings along. `hash`: lower-case hex SHA-256 of the new session's secret. */
export interface SessionHolder {
  hash: string;
  userAgent: string | null;
}

/** What a session may do, and what it ends with. */
export interface SessionGrant {
  name: string;
  scope: Scope;
  keyId: number | null;
}

/** Sessions that are good at `now`: neither revoked nor over, and their key neither. */
export interface SessionQueries {
  /** Newest first; those with an id below `beforeId`, where it is given. */
  list(now: number, limit: number, beforeId: number | null): Promise<Session[]>;
  get(id: number, now: number): Promise<Session | null>;
  findByHash(hash: string, now: number): Promise<Session | null>;
}

export interface SessionCommands {
  /** Opens a session of 30 days, or to the end of its key. Errors: `unauthorized` where the key is no good any more. */
  open(holder: SessionHolder, grant: SessionGrant): Promise<Session>;
  /** Makes a sign-in link of 15 minutes. `hash` as of a session. Returns when it ends. */
  createLink(hash: string, grant: SessionGrant): Promise<number>;
  /** Opens the session that a link grants, and takes the link away. Errors: `unauthorized` for all but one caller. */
  redeem(linkHash: string, holder: SessionHolder): Promise<Session>;
  /** Errors: `not_found`. */
  revoke(id: number): Promise<void>;
  /** Notes uses; coarse (at most once a minute for each session). */
  touch(uses: { id: number; at: number }[]): Promise<void>;
  /** Removes some sessions and links that are over. Returns whether more may be left. */
  forgetEnded(): Promise<boolean>;
}
