import { migration0001 } from './0001-links-clicks.ts';
import { migration0002 } from './0002-sessions.ts';
import { migration0003 } from './0003-quarter-rollups.ts';
import { migration0004 } from './0004-hour-additions.ts';

export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** All migrations in order. Append only; what has been released never changes. */
export const MIGRATIONS: readonly Migration[] = [migration0001, migration0002, migration0003, migration0004];
