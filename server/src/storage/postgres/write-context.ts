import type { Transaction } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { WriteNotes } from '../write-call.ts';
import type { WriteContext } from './context.ts';
import type { Schema } from './schema.ts';

/** The context of one transaction, and the codes whose redirects it changes. */
export interface TransactionContext extends WriteContext {
  readonly changed: WriteNotes['changed'];
}

export function createWriteContext(db: Transaction<Schema>, now: Clock): TransactionContext {
  const changed: WriteNotes['changed'] = [];
  return { db, now, changed, linkChanged: (domainId, code) => void changed.push([domainId, code]) };
}
