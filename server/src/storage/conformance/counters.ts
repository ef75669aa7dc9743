import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { AppError } from '../../platform/app-error.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { type MakeStores, newLink, recordClicks, type Stores, TEST_TIME } from './stores.ts';

const id = fc.integer({ min: 1, max: 4 });
const owner = fc.option(id, { nil: null });
const type = fc.constantFrom('view', 'click', 'deleted', 'share');

/** Anything that moves a counter, over a handful of ids so that operations meet. */
const operation = fc.oneof(
  fc.record({ do: fc.constant('createUser' as const), name: id }),
  fc.record({ do: fc.constant('importUser' as const), id, name: id }),
  fc.record({ do: fc.constant('deleteUser' as const), id }),
  fc.record({ do: fc.constant('createLink' as const), owner }),
  fc.record({ do: fc.constant('importLink' as const), id, owner, code: id }),
  fc.record({ do: fc.constant('updateLink' as const), id, title: id }),
  fc.record({ do: fc.constant('deleteLink' as const), id }),
  fc.record({ do: fc.constant('restoreLink' as const), id }),
  fc.record({ do: fc.constant('purge' as const), age: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ do: fc.constant('click' as const), id, count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('post' as const), id, owner, type }),
  fc.record({ do: fc.constant('importEvent' as const), id: fc.integer({ min: 1, max: 40 }), link: id, owner, type }),
  fc.record({ do: fc.constant('deleteEvent' as const), id: fc.integer({ min: 1, max: 40 }) }),
);

type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

async function apply(stores: Stores, op: Operation): Promise<unknown> {
  stores.clock.now += 1000;
  switch (op.do) {
    case 'createUser':
      return stores.userCommands.create({ username: `n${op.name}`, email: `n${op.name}@example.com` });
    case 'importUser':
      return stores.imports.users([
        { row: 1, id: op.id, username: `n${op.name}`, email: `n${op.name}@example.com`, createdAt: null },
      ]);
    case 'deleteUser': {
      let more = await stores.userCommands.delete(op.id, false);
      while (more) more = await stores.userCommands.delete(op.id, true);
      return;
    }
    case 'createLink':
      return stores.linkCommands.create(newLink({ ownerId: op.owner }));
    case 'importLink':
      return stores.imports.links([
        {
          row: 1,
          id: op.id,
          userId: op.owner,
          code: `code${op.code}`,
          url: 'https://example.com/',
          title: null,
          active: true,
          createdAt: null,
          updatedAt: null,
        },
      ]);
    case 'updateLink':
      return stores.linkCommands.update(op.id, { title: `t${op.title}` }, null);
    case 'deleteLink':
      return stores.linkCommands.delete(op.id, null);
    case 'restoreLink':
      return stores.linkCommands.restore(op.id);
    case 'purge': {
      stores.clock.now += op.age * DAY_MS;
      return stores.linkCommands.purge(stores.clock.now - DAY_MS);
    }
    case 'click': {
      const link = await stores.links.getEvenDeleted(op.id);
      if (link)
        await recordClicks(
          stores,
          link,
          Array.from({ length: op.count }, (_, visitor) => ({ visitor })),
        );
      return;
    }
    case 'post':
      return stores.eventCommands.post({ type: op.type, linkId: op.id, userId: op.owner, details: {} });
    case 'importEvent':
      return stores.imports.events([
        { row: 1, id: op.id, linkId: op.link, userId: op.owner, type: op.type, at: TEST_TIME, details: {} },
      ]);
    case 'deleteEvent':
      return stores.eventCommands.delete(op.id);
  }
}

async function expectCountsToBeTrue(stores: Stores): Promise<void> {
  const users = await stores.users.list({}, 5000, 0);
  const links = await stores.links.list({ filter: {}, sort: 'id', descending: true, limit: 5000 });
  const events = await stores.events.list({}, { limit: 5000 });
  const exactly = (value: number) => ({ value, exact: true });
  expect(await stores.users.count({})).toEqual(exactly(users.length));
  expect(await stores.links.count({})).toEqual(exactly(links.length));
  expect(await stores.events.count({})).toEqual(exactly(events.length));
  for (const user of users) {
    const mine = events.filter((event) => event.userId === user.id).length;
    expect(await stores.events.count({ userId: user.id })).toEqual(exactly(mine));
    expect(await stores.links.count({ ownerId: user.id })).toEqual(
      exactly(links.filter((link) => link.ownerId === user.id).length),
    );
    expect((await stores.events.list({ userId: user.id }, { limit: 5000 })).length).toBe(mine);
  }
  for (const link of links) {
    const own = events.filter((event) => event.linkId === link.id);
    expect(await stores.events.count({ linkId: link.id })).toEqual(exactly(own.length));
    const { click: _clicks, ...others } = (await stores.events.countsByType(link.id)).counts;
    const notClicks = own.filter((event) => event.type !== 'click').length;
    // Clicks by type are totals: they outlive the rows.
    expect(Object.values(others).reduce((sum, n) => sum + n, 0)).toBe(notClicks);
    for (const user of users) {
      const both = own.filter((event) => event.userId === user.id).length;
      expect(await stores.events.count({ linkId: link.id, userId: user.id })).toEqual(exactly(both));
    }
  }
  for (const kind of ['created', 'updated', 'deleted', 'restored', 'view', 'share', 'click']) {
    const ofType = events.filter((event) => event.type === kind).length;
    expect(await stores.events.count({ type: kind })).toEqual(exactly(ofType));
  }
}

/** Three users with a link each, and a fourth link: all with clicks and an event of somebody's. */
async function populate(stores: Stores): Promise<void> {
  for (const name of [1, 2, 3] as const) await apply(stores, { do: 'createUser', name });
  for (const id of [1, 2, 3, 4]) {
    await stores.linkCommands.create(newLink({ ownerId: id === 4 ? null : id, code: `code${id}` }));
    await apply(stores, { do: 'click', id, count: 2 });
    await apply(stores, { do: 'post', id, owner: (id % 3) + 1, type: 'view' });
  }
}

/** Runs them in groups of what is asked for at the same moment, and expects every count to be true after all of it. */
async function checkAfter(make: MakeStores, operations: readonly Operation[], atOnce: number): Promise<void> {
  const stores = await make();
  try {
    await populate(stores);
    for (let first = 0; first < operations.length; first += atOnce) {
      const group = operations.slice(first, first + atOnce).map((op) => apply(stores, op));
      for (const result of await Promise.allSettled(group)) {
        if (result.status === 'rejected' && !(result.reason instanceof AppError)) throw result.reason;
      }
    }
    await expectCountsToBeTrue(stores);
    for (const id of [1, 2, 3, 4]) await stores.linkCommands.restore(id).catch(() => {});
    await expectCountsToBeTrue(stores);
  } finally {
    await stores.close();
  }
}

const always = (numRuns: number, check: (operations: Operation[]) => Promise<void>) =>
  fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 40 }), check), { numRuns });

/** Counts tell what lists show, whatever happened before. `runs`: how many histories are tried. */
export function countersConformance(name: string, make: MakeStores, runs = 120): void {
  test(
    `${name}: after any operations every count is the length of its list`,
    () => always(runs, (operations) => checkAfter(make, operations, 1)),
    60_000,
  );

  test(
    `${name}: so it is after operations that came at once`,
    () => always(runs, (operations) => checkAfter(make, operations, 6)),
    60_000,
  );
}
