import type { Database } from 'bun:sqlite';
import type { Clock } from '../../platform/clock.ts';
import type { CounterKind, WriteContext } from './context.ts';
import { kysely } from './database.ts';

/** Codes whose redirects changed since they were last taken. Travels to the main thread with the reply. */
export class LinkChanges {
  private changes: [domainId: number, code: string][] = [];

  add(domainId: number, code: string): void {
    this.changes.push([domainId, code]);
  }

  take(): [domainId: number, code: string][] {
    const taken = this.changes;
    this.changes = [];
    return taken;
  }
}

export function createWriteContext(sqlite: Database, now: Clock, changes: LinkChanges): WriteContext {
  const takeIds = sqlite.query<{ first: number }, [number, number]>(
    `UPDATE sequences SET next = next + ? WHERE name = 'event' RETURNING next - ? AS first`,
  );
  const bump = sqlite.query<null, [string, string, number]>(
    'INSERT INTO counters (kind, key, n) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET n = n + excluded.n',
  );
  return {
    db: kysely(sqlite),
    sqlite,
    now,
    linkChanged: (domainId, code) => changes.add(domainId, code),
    nextEventIds: async (count) => {
      const row = takeIds.get(count, count);
      if (!row) throw new Error('the event sequence is missing');
      return row.first;
    },
    bump: async (kind: CounterKind, key, by) => {
      if (by !== 0) bump.run(kind, String(key), by);
    },
  };
}
