import { afterAll, expect, test } from 'bun:test';
import { testDatabase } from '../../test/servers/shared.ts';
import type { LinkCommands, LinkQueries } from '../links/store.ts';
import { AppError } from '../platform/app-error.ts';
import { type Endpoint, RpcClient } from '../platform/thread-rpc.ts';
import { newLink } from '../storage/conformance/stores.ts';
import { MIGRATIONS } from '../storage/postgres/migrations/index.ts';
import type { WriteNotes } from '../storage/write-call.ts';
import type { FromPostgres, PostgresInit } from './messages.ts';

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** The thread over an empty database, as an API server starts it; `said` is what it has said so far. */
async function startThread(prepare = '') {
  const database = await testDatabase();
  closing.push(() => database.drop());
  if (prepare) await database.psql(prepare);
  const worker = new Worker(new URL('./postgres-thread.ts', import.meta.url));
  const [reads, writes] = [new MessageChannel(), new MessageChannel()];
  const said: FromPostgres[] = [];
  const heard = (word: string) =>
    new Promise<FromPostgres>((resolve) => {
      const look = () => {
        const found = said.find((message) => word in message);
        if (found) resolve(found);
        else setTimeout(look, 5);
      };
      look();
    });
  worker.onmessage = ({ data }) => void said.push(data as FromPostgres);
  const init: PostgresInit = {
    url: database.url,
    connections: { storage: 3, analytics: 1 },
    sampleRate: 1,
    reads: reads.port1,
    writes: writes.port1,
  };
  worker.postMessage(init, [reads.port1, writes.port1]);
  closing.push(async () => worker.terminate());
  const notes: WriteNotes[] = [];
  return {
    worker,
    heard,
    notes,
    reads: new RpcClient(reads.port2 as unknown as Endpoint),
    writes: new RpcClient(writes.port2 as unknown as Endpoint, (note) => void notes.push(note as WriteNotes)),
  };
}

test('the thread says when the database is ready, and serves reads and commands side by side', async () => {
  const thread = await startThread();
  await thread.heard('ready');
  expect(await thread.heard('schema')).toEqual({ schema: { from: 0, to: MIGRATIONS.length } });
  const idempotency = { principal: 'p', route: 'r', key: 'k', bodyHash: 'h' };
  const links = thread.writes.service<LinkCommands>('links', { idempotency });
  const queries = thread.reads.service<LinkQueries>('links');
  const made = await links.create(newLink({ code: 'mine' }));
  expect(await links.create(newLink({ code: 'mine' }))).toEqual(made);
  expect(thread.notes).toEqual([
    { changed: [[1, 'mine']], replayed: false },
    { changed: [], replayed: true },
  ]);
  expect(await Promise.all([queries.get(made.id), queries.getByCode(1, 'mine'), queries.count({})])).toEqual([
    made,
    made,
    { value: 1, exact: true },
  ]);
  await expect(thread.writes.service<LinkCommands>('links').delete(99, null)).rejects.toBeInstanceOf(AppError);
  thread.worker.postMessage({ close: true });
  await thread.heard('closed');
  await expect(queries.get(made.id)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a database of a newer program is named, and calls are answered', async () => {
  const newer = `CREATE TABLE schema_migrations (version integer, name text); INSERT INTO schema_migrations VALUES (9999, 'newer')`;
  const thread = await startThread(newer);
  expect(await thread.heard('failed')).toEqual({ failed: expect.stringContaining('start a newer Waymark') });
  await expect(thread.reads.service<LinkQueries>('links').get(1)).rejects.toMatchObject({ code: 'unavailable' });
});
