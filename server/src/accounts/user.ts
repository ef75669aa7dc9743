import type { RowCount } from '../links/store.ts';

/** A user of the classic API: the owner of links. `createdAt` in epoch ms UTC. */
export interface User {
  id: number;
  username: string;
  email: string;
  createdAt: number;
}

export interface UserFilter {
  username?: string;
  email?: string;
}

/** Reads of users. */
export interface UserQueries {
  get(id: number): Promise<User | null>;
  /** By id, ascending. */
  list(filter: UserFilter, limit: number, offset: number): Promise<User[]>;
  count(filter: UserFilter): Promise<RowCount>;
}

/** Changes of users; each durable when it answers. */
export interface UserCommands {
  /** Errors: `username_taken`, `email_taken` (e-mail in any case), imported names included. */
  create(user: { username: string; email: string }): Promise<User>;
  /** One's own value again is no conflict. Errors: `not_found`, `username_taken`, `email_taken`. */
  update(id: number, patch: { username?: string; email?: string }): Promise<User>;
  /**
   * Hides the user at once and tombstones a bounded number of the user's links.
   * Returns whether links are left: call again until false. Errors: `not_found` on the first call for an unknown user.
   */
  delete(id: number, isContinuation: boolean): Promise<boolean>;
}
