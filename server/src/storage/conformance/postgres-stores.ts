import { afterAll } from 'bun:test';
import type { Answer, Call } from '../../platform/thread-rpc.ts';
import { PostgresClickRemoval } from '../postgres/click-removal.ts';
import type { ReadContext } from '../postgres/context.ts';
import { PostgresIngestStore } from '../postgres/ingest-store.ts';
import { PostgresCommands, PostgresReads } from '../postgres/postgres-calls.ts';
import { createReadServices } from '../postgres/read-services.ts';
import { createPostgresHarness, type PostgresHarness, serviceOf } from './postgres-harness.ts';
import { type Stores, TEST_TIME } from './stores.ts';

export interface PostgresStores extends Stores {
  harness: PostgresHarness;
  read: ReadContext;
  /** As an API server runs the command of a request. */
  run(call: Call): Promise<Answer>;
}

/**
 * Makes stores over PostgreSQL for the tests of one file, each time over an empty database.
 * Shape: call it once, where the file begins; the stores of one test are gone when those of the next are made.
 */
export function postgresStores(): (options?: { drawCode?: () => string }) => Promise<PostgresStores> {
  let opening: Promise<PostgresHarness> | null = null;
  afterAll(async () => (await opening)?.close());
  return async (options = {}) => {
    opening ??= createPostgresHarness();
    const harness = await opening;
    await harness.empty();
    return storesOver(harness, options);
  };
}

function storesOver(harness: PostgresHarness, options: { drawCode?: () => string }): PostgresStores {
  const clock = { now: TEST_TIME };
  const now = () => clock.now;
  const read: ReadContext = { db: harness.db, now };
  const reads = new PostgresReads(createReadServices({ main: read, analytics: read }, { sampleRate: 1 }));
  const commands = new PostgresCommands(harness.db, now, {
    clickRemoval: (context) => new PostgresClickRemoval(context),
    ...options,
  });
  let changed: string[] = [];
  const run = async (call: Call) => {
    const answer = await commands.run(call);
    changed.push(...answer.notes.changed.map(([, code]) => code));
    return answer;
  };
  const query = <T extends object>(name: string) => serviceOf<T>(name, (call) => reads.run(call));
  const command = <T extends object>(name: string) => serviceOf<T>(name, run);
  return {
    harness,
    read,
    run,
    clock,
    links: query('links'),
    linkCommands: command('links'),
    users: query('users'),
    userCommands: command('users'),
    events: query('events'),
    eventCommands: command('events'),
    keys: query('keys'),
    keyCommands: command('keys'),
    sessions: query('sessions'),
    sessionCommands: command('sessions'),
    importJobs: query('importJobs'),
    importJobCommands: command('importJobs'),
    imports: command('imports'),
    ingest: new PostgresIngestStore(harness.pool, { now, sampleRate: 1 }),
    changed() {
      const codes = changed;
      changed = [];
      return codes;
    },
    close: () => {},
  };
}
