import { beforeEach, expect, test } from 'bun:test';
import { LIMITS } from '@waymark/contract';
import { HOUR_MS } from '../../platform/clock.ts';
import type { IdempotencyKey } from '../../platform/idempotency.ts';
import { type PostgresStores, postgresStores } from '../conformance/postgres-stores.ts';
import { newLink } from '../conformance/stores.ts';
import { refused } from '../conformance/suite.ts';
import type { WriteNotes } from '../write-call.ts';

const createStores = postgresStores();
const idempotency: IdempotencyKey = { principal: 'key:1', route: 'POST /api/v1/links', key: 'k', bodyHash: 'one' };

let stores: PostgresStores;
beforeEach(async () => {
  stores = await createStores();
});

/** Creates a link as the API does; answers with its code and whether that is a kept result. */
async function create(
  given: Partial<IdempotencyKey> = {},
  link = newLink(),
): Promise<[code: string, replayed: boolean]> {
  const call = {
    id: 1,
    service: 'links',
    method: 'create',
    args: [link],
    context: { idempotency: { ...idempotency, ...given } },
  };
  const { value, notes } = await stores.run(call);
  return [(value as { code: string }).code, (notes as WriteNotes).replayed];
}

const links = async () => (await stores.links.count({})).value;

/** Runs `meanwhile` while the first request of a key waits for a row in its transaction. */
async function whileFirstRuns(meanwhile: () => Promise<void>): Promise<[code: string, replayed: boolean]> {
  const owner = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
  const blocker = await stores.harness.pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [owner.id]);
    const first = create({}, newLink({ ownerId: owner.id }));
    await waiting();
    await meanwhile();
    await blocker.query('COMMIT');
    return await first;
  } finally {
    blocker.release();
  }
}

/** Resolves once a connection of this database waits for a lock; returns its process. */
async function waiting(): Promise<number> {
  for (;;) {
    const { rows } = await stores.harness.pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows[0]) return rows[0].pid;
  }
}

test('a repeated request is answered with the kept result and done once', async () => {
  const [code] = await create();
  expect(await create()).toEqual([code, true]);
  expect(await links()).toBe(1);
});

test('another body, principal, route or key', async () => {
  await create();
  const mismatch = await refused(create({ bodyHash: 'two' }), 'idempotency_mismatch');
  expect(mismatch.details[0]?.field).toBe('Idempotency-Key');
  for (const other of [{ principal: 'key:2' }, { route: 'POST /urls' }, { key: 'K' }]) {
    expect(await create(other)).toEqual([expect.any(String), false]);
  }
  expect(await links()).toBe(4);
});

test('while the first runs, here or on another server, a repeat is told so at once', async () => {
  const [code, replayed] = await whileFirstRuns(async () => {
    const running = await refused(create(), 'idempotency_running');
    expect(running.retryAfterSeconds).toBe(1);
    expect(await create({ key: 'other' })).toEqual([expect.any(String), false]);
  });
  expect(replayed).toBe(false);
  expect(await create()).toEqual([code, true]);
});

test('of many at once one is done, and all others are told so or answered with its result', async () => {
  const results = await Promise.allSettled(Array.from({ length: 12 }, () => create()));
  const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(answers.filter(([, replayed]) => !replayed).length).toBe(1);
  expect(new Set(answers.map(([code]) => code)).size).toBe(1);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason.code).toBe('idempotency_running');
  expect(await links()).toBe(1);
});

test('a server that dies leaves nothing, and the repeat is the first', async () => {
  let killed = 0;
  const first = whileFirstRuns(async () => {
    killed = await waiting();
    await stores.harness.pool.query('SELECT pg_terminate_backend($1)', [killed]);
  });
  await refused(first, 'unavailable');
  expect(killed).toBeGreaterThan(0);
  expect(await links()).toBe(0);
  expect(await create()).toEqual([expect.any(String), false]);
});

test('a refusal is not kept', async () => {
  const wanted = newLink({ code: 'wanted' });
  const holder = await stores.linkCommands.create(wanted);
  await refused(create({}, wanted), 'code_taken');
  await stores.linkCommands.delete(holder.id, null);
  stores.clock.now += 31 * 24 * HOUR_MS;
  while (await stores.linkCommands.purge(stores.clock.now));
  expect(await create({}, wanted)).toEqual(['wanted', false]);
});

test('a result is kept for as long as is promised, and its successor as long again', async () => {
  const [code] = await create();
  stores.clock.now += LIMITS.idempotencyKeepHours * HOUR_MS - 1;
  expect(await create()).toEqual([code, true]);
  stores.clock.now += 1;
  const [next, replayed] = await create({ bodyHash: 'two' });
  expect(replayed).toBe(false);
  stores.clock.now += HOUR_MS;
  expect(await create({ bodyHash: 'two' })).toEqual([next, true]);
});

test('a command that answers nothing is replayed too', async () => {
  const link = await stores.linkCommands.create(newLink());
  const call = { id: 1, service: 'links', method: 'delete', args: [link.id, null], context: { idempotency } };
  await stores.run(call);
  expect(await stores.run(call)).toEqual({ value: null, notes: { changed: [], replayed: true } });
});

test('notes name the codes whose redirects changed', async () => {
  const call = { id: 1, service: 'links', method: 'create', args: [newLink({ code: 'mine' })] };
  expect((await stores.run(call)).notes).toEqual({ changed: [[1, 'mine']], replayed: false });
});
