import { expect } from 'bun:test';
import { type MakeStores, newLink, recordClicks, type Stores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';

const ann = { username: 'ann', email: 'Ann@Example.com' };
const twin = (id: number) => ({ row: id, id, username: 'ann', email: 'ann@example.com', createdAt: null });

/** Deletes a user to the end, as a caller does; returns the calls that it took. */
export async function deleteUser(stores: Stores, id: number): Promise<number> {
  let calls = 1;
  let more = await stores.userCommands.delete(id, false);
  while (more) {
    more = await stores.userCommands.delete(id, true);
    calls++;
  }
  return calls;
}

/** What every adapter of UserQueries and UserCommands does. */
export function userStoreConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: users`, make, {
    'a user is read back as it was answered': async (stores) => {
      const made = await stores.userCommands.create(ann);
      expect(made).toEqual({ id: 1, ...ann, createdAt: TEST_TIME });
      expect(await stores.users.get(1)).toEqual(made);
      expect(await stores.users.get(2)).toBeNull();
    },
    'names are taken once, e-mail in any case, and a refusal leaves nothing': async (stores) => {
      await stores.userCommands.create(ann);
      await refused(stores.userCommands.create({ username: 'ann', email: 'b@example.com' }), 'username_taken');
      await refused(stores.userCommands.create({ username: 'bob', email: 'aNN@exAMPle.com' }), 'email_taken');
      expect(await stores.users.count({})).toEqual({ value: 1, exact: true });
      expect((await stores.userCommands.create({ username: 'bob', email: 'b@example.com' })).username).toBe('bob');
    },
    'lists come by id and filter by name and e-mail': async (stores) => {
      await stores.userCommands.create(ann);
      await stores.userCommands.create({ username: 'bob', email: 'b@example.com' });
      const ids = async (...args: Parameters<Stores['users']['list']>) =>
        (await stores.users.list(...args)).map(({ id }) => id);
      expect(await ids({}, 10, 0)).toEqual([1, 2]);
      expect(await ids({}, 1, 1)).toEqual([2]);
      expect(await ids({ username: 'bob' }, 10, 0)).toEqual([2]);
      expect(await ids({ email: 'ann@example.COM' }, 10, 0)).toEqual([1]);
      expect(await stores.users.count({ email: 'ann@example.COM' })).toEqual({ value: 1, exact: true });
      expect(await ids({ username: 'bob', email: 'ann@example.com' }, 10, 0)).toEqual([]);
    },
    'an update frees the old name, keeps the rest and takes its own value again': async (stores) => {
      const made = await stores.userCommands.create(ann);
      expect(await stores.userCommands.update(1, { username: 'ann', email: 'ann@example.com' })).toEqual({
        ...made,
        email: 'ann@example.com',
      });
      expect(await stores.userCommands.update(1, { username: 'anna' })).toMatchObject({
        username: 'anna',
        email: 'ann@example.com',
      });
      await stores.userCommands.create({ username: 'ann', email: 'b@example.com' });
      await refused(stores.userCommands.update(1, { username: 'ann' }), 'username_taken');
      await refused(stores.userCommands.update(1, { username: 'x', email: 'B@example.com' }), 'email_taken');
      expect((await stores.users.get(1))?.username).toBe('anna');
      await refused(stores.userCommands.update(9, { username: 'x' }), 'not_found');
    },
    'a name that imports repeated stays taken until its last bearer is gone': async (stores) => {
      await stores.imports.users([twin(5), twin(6)]);
      await deleteUser(stores, 5);
      await refused(stores.userCommands.create({ username: 'ann', email: 'c@example.com' }), 'username_taken');
      await refused(stores.userCommands.create({ username: 'cleo', email: 'ANN@example.com' }), 'email_taken');
      await stores.userCommands.update(6, { username: 'other', email: 'other@example.com' });
      expect((await stores.userCommands.create(ann)).id).toBeGreaterThan(6);
    },
    'whoever bears a repeated name may keep it and let it go without freeing it': async (stores) => {
      await stores.imports.users([twin(5), twin(6)]);
      expect(await stores.userCommands.update(6, { username: 'ann' })).toMatchObject({ username: 'ann' });
      await deleteUser(stores, 6);
      await refused(stores.userCommands.create(ann), 'username_taken');
    },
    'a deleted user is hidden at once, links, events and clicks go in chunks': async (stores) => {
      const user = await stores.userCommands.create(ann);
      const other = await stores.linkCommands.create(newLink({ code: 'other' }));
      await stores.eventCommands.post({ type: 'view', linkId: other.id, userId: user.id, details: {} });
      const made = await stores.linkCommands.createMany(
        Array.from({ length: 450 }, () => newLink({ ownerId: user.id })),
      );
      const first = made[0];
      if (first?.ok) await recordClicks(stores, first.value, [{}, {}]);
      stores.changed();
      expect(await stores.userCommands.delete(user.id, false)).toBe(true);
      expect(await stores.users.get(user.id)).toBeNull();
      expect(await stores.users.count({})).toEqual({ value: 0, exact: true });
      expect(
        await stores.links.list({ filter: { ownerId: user.id }, sort: 'id', descending: false, limit: 9 }),
      ).toEqual([]);
      expect(await stores.links.count({ ownerId: user.id })).toEqual({ value: 0, exact: true });
      expect(await stores.events.list({ userId: user.id }, { limit: 9 })).toEqual([]);
      await refused(stores.userCommands.delete(user.id, false), 'not_found');
      await refused(stores.linkCommands.create(newLink({ ownerId: user.id })), 'not_found');
      while (await stores.userCommands.delete(user.id, true));
      expect(stores.changed().length).toBe(450);
      expect(await stores.links.count({})).toEqual({ value: 1, exact: true });
      const left = await stores.events.list({}, { limit: 1000 });
      expect(left.filter((event) => event.type === 'deleted').length).toBe(450);
      expect(left.filter((event) => event.type !== 'deleted').map((event) => event.type)).toEqual(['view', 'created']);
      expect(left.every((event) => event.userId === null)).toBe(true);
      expect(await stores.userCommands.delete(user.id, true)).toBe(false);
    },
    'a user who comes back under the same id inherits nothing': async (stores) => {
      const user = await stores.userCommands.create(ann);
      const link = await stores.linkCommands.create(newLink({ ownerId: user.id }));
      await recordClicks(stores, link, [{}]);
      await deleteUser(stores, user.id);
      await stores.imports.users([{ row: 1, id: user.id, username: 'new', email: 'new@example.com', createdAt: null }]);
      expect((await stores.linkCommands.restore(link.id)).ownerId).toBeNull();
      expect(await stores.events.list({ userId: user.id }, { limit: 9 })).toEqual([]);
      expect(await stores.events.count({ userId: user.id })).toEqual({ value: 0, exact: true });
      expect(await stores.events.count({ linkId: link.id })).toEqual({ value: 4, exact: true });
    },
  });
}
