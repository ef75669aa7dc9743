import { afterAll, beforeAll, expect, test } from 'bun:test';
import { systemAfter } from '../../platform/clock.ts';
import { createIngestDatabase, type IngestDatabase } from '../conformance/postgres-ingest-database.ts';
import { Housekeeping } from './housekeeping.ts';
import { LOCKS } from './locks.ts';

let db: IngestDatabase;
beforeAll(async () => {
  db = await createIngestDatabase();
});
afterAll(() => db.close());

/** Waits of the loop take no time, or next to none. */
const after: typeof systemAfter = (_, work) => systemAfter(2, work);

function keeper(run: () => Promise<boolean>, errors: unknown[] = [], everyMs = 1) {
  let time = 0;
  return new Housekeeping(db.pool, {
    tasks: [{ name: 'task', everyMs, run }],
    after,
    elapsed: () => ++time,
    onError: (error, task) => void errors.push([task, (error as Error).message]),
  });
}

const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await Bun.sleep(2);
};

test('one worker at a time keeps house, and another when it is gone', async () => {
  const done = [0, 0];
  const keepers = [0, 1].map((n) =>
    keeper(async () => {
      done[n] = (done[n] ?? 0) + 1;
      return false;
    }),
  );
  keepers[0]?.start();
  await until(() => (done[0] ?? 0) > 2);
  keepers[1]?.start();
  await Bun.sleep(50);
  expect(done[1]).toBe(0);
  expect(keepers.map(({ isOn }) => isOn)).toEqual([true, false]);
  await keepers[0]?.stop();
  await until(() => (done[1] ?? 0) > 2);
  await keepers[1]?.stop();
});

test('a session that is killed gives the lock to another', async () => {
  const done = [0, 0];
  const keepers = [0, 1].map((n) =>
    keeper(async () => {
      done[n] = (done[n] ?? 0) + 1;
      return false;
    }),
  );
  keepers[0]?.start();
  await until(() => (done[0] ?? 0) > 2);
  const { pid } = await db.one<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCKS.housekeeping}`,
  );
  const seen = done[0] ?? 0;
  await db.pool.query('SELECT pg_terminate_backend($1)', [pid]);
  keepers[1]?.start();
  // Whichever of the two is quicker goes on.
  await until(() => (done[0] ?? 0) > seen + 2 || (done[1] ?? 0) > 2);
  await Promise.all(keepers.map((one) => one.stop()));
  expect(keepers.every(({ isOn }) => !isOn)).toBe(true);
});

test('a task goes on in slices until it has no more to do, and a failure ends neither it nor the loop', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const house = keeper(
    async () => {
      runs++;
      if (runs === 4) throw new Error('disk full');
      return runs < 3;
    },
    errors,
    5,
  );
  house.start();
  await until(() => runs > 6);
  await house.stop();
  expect(errors).toEqual([['task', 'disk full']]);
});
