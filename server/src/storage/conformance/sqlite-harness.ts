import type { Database } from 'bun:sqlite';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { ReadContext, WriteContext } from '../sqlite/context.ts';
import { DATABASE_FILE, kysely, openForReading, openForWriting } from '../sqlite/database.ts';
import { migrate } from '../sqlite/migrate.ts';
import { createWriteContext, LinkChanges } from '../sqlite/write-context.ts';

/** A migrated database in a directory of its own, with writes wrapped as the write queue wraps them. */
export interface SqliteHarness {
  sqlite: Database;
  write: WriteContext;
  read: ReadContext;
  /** One unit of work in a transaction and a savepoint; on a throw nothing of it is left. One after the other. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The same store, every method call a unit of work. */
  commands<T extends object>(store: T): T;
  /** Codes whose redirects changed since last asked. */
  changed(): string[];
  close(): void;
}

export function createSqliteHarness({ now }: { now: Clock }): SqliteHarness {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-store-'));
  const file = path.join(directory, DATABASE_FILE);
  const sqlite = openForWriting(file);
  sqlite.run('PRAGMA synchronous = OFF');
  migrate(sqlite);
  const reading = openForReading(file);
  const changes = new LinkChanges();
  let told: [domainId: number, code: string][] = [];
  let last: Promise<unknown> = Promise.resolve();

  const unit = async <T>(work: () => Promise<T>): Promise<T> => {
    sqlite.run('BEGIN IMMEDIATE; SAVEPOINT call');
    try {
      const value = await work();
      sqlite.run('RELEASE call; COMMIT');
      told.push(...changes.take());
      return value;
    } catch (error) {
      changes.take();
      sqlite.run('ROLLBACK TO call; RELEASE call; COMMIT');
      throw error;
    }
  };
  const run = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(() => unit(work));
    last = done.catch(() => {});
    return done;
  };

  return {
    sqlite,
    write: createWriteContext(sqlite, now, changes),
    read: { db: kysely(reading), sqlite: reading, now },
    run,
    commands: (store) =>
      new Proxy(store, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function' ? (...args: unknown[]) => run(() => member.apply(target, args)) : member;
        },
      }),
    changed() {
      const codes = told.map(([, code]) => code);
      told = [];
      return codes;
    },
    close() {
      reading.close();
      sqlite.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}
