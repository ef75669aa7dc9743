import { expect } from 'bun:test';
import type { ImportEventRow, ImportLinkRow, ImportUserRow } from '../../links/import-rows.ts';
import { type MakeStores, newLink, recordClicks, type Stores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';
import { deleteUser } from './user-store.ts';

const OLD = Date.parse('2025-01-02T03:04:05Z');

const user = (id: number | null, given: Partial<ImportUserRow> = {}): ImportUserRow => ({
  row: 1,
  id,
  username: `user${id}`,
  email: `user${id}@example.com`,
  createdAt: OLD,
  ...given,
});

const link = (id: number | null, given: Partial<ImportLinkRow> = {}): ImportLinkRow => ({
  row: 1,
  id,
  userId: null,
  code: `code${id}`,
  url: `https://example.com/${id}`,
  title: null,
  active: true,
  createdAt: OLD,
  updatedAt: OLD + 1000,
  ...given,
});

const event = (id: number | null, given: Partial<ImportEventRow> = {}): ImportEventRow => ({
  row: 1,
  id,
  linkId: 7,
  userId: null,
  type: 'updated',
  at: OLD,
  details: { field: 'title', new_value: 'x' },
  ...given,
});

const outcomes = (results: { outcome: string }[]) => results.map(({ outcome }) => outcome);

/** What every adapter of ImportCommands does. */
export function importStoreConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: importing users`, make, {
    'ids and times are kept, the sequence moves past them, and row numbers come back': async (stores) => {
      const results = await stores.imports.users([user(7, { row: 1 }), user(3, { row: 2 })]);
      expect(results).toEqual([
        { row: 1, outcome: 'created', id: 7 },
        { row: 2, outcome: 'created', id: 3 },
      ]);
      expect(await stores.users.get(3)).toEqual({
        id: 3,
        username: 'user3',
        email: 'user3@example.com',
        createdAt: OLD,
      });
      expect((await stores.userCommands.create({ username: 'next', email: 'n@example.com' })).id).toBe(8);
      expect(await stores.users.count({})).toEqual({ value: 3, exact: true });
    },
    'the same file again updates and changes nothing': async (stores) => {
      const rows = [
        user(7),
        user(8, { username: 'user7' }),
        user(null, { username: 'anon', email: 'anon@example.com' }),
      ];
      await stores.imports.users(rows);
      const before = await stores.users.list({}, 10, 0);
      expect(outcomes(await stores.imports.users(rows))).toEqual(['updated', 'updated', 'updated']);
      expect(await stores.users.list({}, 10, 0)).toEqual(before);
    },
    'repeated names go in under their own ids, with a warning': async (stores) => {
      const results = await stores.imports.users([user(7), user(8, { username: 'user7', email: 'USER7@example.com' })]);
      expect(results[1]).toMatchObject({ outcome: 'created', id: 8, message: expect.stringContaining('user7') });
      expect((await stores.users.list({ username: 'user7' }, 10, 0)).map(({ id }) => id)).toEqual([7, 8]);
    },
    'an id taken by the same user is updated, by another left alone': async (stores) => {
      await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
      expect(outcomes(await stores.imports.users([user(1)]))).toEqual(['skipped']);
      expect(await stores.users.get(1)).toMatchObject({ username: 'ann' });
      expect(outcomes(await stores.imports.users([user(1, { email: 'ANN@example.com' })]))).toEqual(['updated']);
      expect(await stores.users.get(1)).toEqual({ id: 1, username: 'user1', email: 'ANN@example.com', createdAt: OLD });
      expect((await stores.userCommands.create({ username: 'ann', email: 'b@example.com' })).id).toBe(2);
    },
    'imported names are taken for those who come later': async (stores) => {
      await stores.imports.users([user(7)]);
      await refused(stores.userCommands.create({ username: 'user7', email: 'x@example.com' }), 'username_taken');
      await refused(stores.userCommands.create({ username: 'x', email: 'User7@example.com' }), 'email_taken');
    },
    'the id of a deleted user is free again, once the deletion is done': async (stores) => {
      await stores.imports.users([user(7)]);
      await stores.linkCommands.createMany(Array.from({ length: 300 }, () => newLink({ ownerId: 7 })));
      await stores.userCommands.delete(7, false);
      expect(outcomes(await stores.imports.users([user(7, { username: 'new' })]))).toEqual(['skipped']);
      while (await stores.userCommands.delete(7, true));
      expect(outcomes(await stores.imports.users([user(7, { username: 'new' })]))).toEqual(['created']);
    },
  });

  storeSuite(`${name}: importing links`, make, {
    'everything is kept, no event is made, and edges are told': async (stores) => {
      await stores.imports.users([user(4)]);
      const results = await stores.imports.links([link(7, { userId: 4, title: 'T', active: false })]);
      expect(results).toEqual([{ row: 1, outcome: 'created', id: 7 }]);
      expect(await stores.links.get(7)).toMatchObject({
        code: 'code7',
        url: 'https://example.com/7',
        ownerId: 4,
        title: 'T',
        active: false,
        createdAt: OLD,
        updatedAt: OLD + 1000,
        version: 1,
      });
      expect(stores.changed()).toEqual(['code7']);
      expect(await stores.events.count({})).toEqual({ value: 0, exact: true });
      expect((await stores.linkCommands.create(newLink())).id as number).toBe(8);
      expect(await stores.links.count({ ownerId: 4 })).toEqual({ value: 1, exact: true });
    },
    'an owner who is not there becomes none, with a warning': async (stores) => {
      const [result] = await stores.imports.links([link(7, { userId: 99 })]);
      expect(result).toMatchObject({ outcome: 'created', message: expect.stringContaining('99') });
      expect((await stores.links.get(7))?.ownerId).toBeNull();
    },
    'the same link is updated, but never led elsewhere': async (stores) => {
      await stores.imports.users([user(4), user(5)]);
      await stores.imports.links([link(7, { userId: 4 })]);
      const made = await stores.links.get(7);
      if (made) await recordClicks(stores, made, [{}, {}]);
      const [result] = await stores.imports.links([
        link(7, { userId: 5, url: 'https://evil.example/', title: 'New', active: false, updatedAt: OLD + 5000 }),
      ]);
      expect(result).toMatchObject({ outcome: 'updated', message: expect.stringContaining('https://example.com/7') });
      expect(await stores.links.get(7)).toMatchObject({
        url: 'https://example.com/7',
        title: 'New',
        active: false,
        ownerId: 5,
        updatedAt: OLD + 5000,
        version: 2,
      });
      expect(await stores.events.count({ userId: 4 })).toEqual({ value: 0, exact: true });
      expect((await stores.events.list({ userId: 5 }, { limit: 9 })).length).toBe(2);
      expect(await stores.events.count({ userId: 5 })).toEqual({ value: 2, exact: true });
    },
    'the same file again changes nothing': async (stores) => {
      const rows = [link(7), link(null, { code: 'anon' })];
      await stores.imports.links(rows);
      const before = [await stores.links.get(7), await stores.links.get(8)];
      expect(outcomes(await stores.imports.links(rows))).toEqual(['updated', 'updated']);
      expect([await stores.links.get(7), await stores.links.get(8)]).toEqual(before);
    },
    'an id or a code that another link has is left alone': async (stores) => {
      await stores.imports.links([link(7), link(8)]);
      await stores.linkCommands.delete(8, null);
      const results = await stores.imports.links([
        link(7, { code: 'else' }),
        link(9, { code: 'code7' }),
        link(9, { code: 'code8' }),
      ]);
      expect(outcomes(results)).toEqual(['skipped', 'skipped', 'skipped']);
      expect(results.map(({ message }) => message)).toEqual([
        'id 7 is taken by another URL',
        'short_code "code7" is taken by another URL',
        'short_code "code8" is taken by another URL',
      ]);
      expect(await stores.links.count({})).toEqual({ value: 1, exact: true });
    },
    'a deleted link comes back under its own code, as the file has it': async (stores) => {
      await stores.imports.links([link(7)]);
      const made = await stores.links.get(7);
      if (made) await recordClicks(stores, made, [{}]);
      await stores.linkCommands.delete(7, null);
      expect(outcomes(await stores.imports.links([link(7, { url: 'https://example.org/' })]))).toEqual(['created']);
      expect(await stores.links.get(7)).toMatchObject({
        url: 'https://example.org/',
        urlVersion: 2,
        clicks: 1,
        deletedAt: null,
      });
      const [, click] = await stores.events.list({ linkId: 7 }, { limit: 9 });
      expect(click?.details.original_url).toBe('https://example.com/7');
      expect(await stores.events.count({})).toEqual({ value: 2, exact: true });
    },
    'the id of a deleted link goes to another code without what the former left': async (stores) => {
      await stores.imports.links([link(7)]);
      const made = await stores.links.get(7);
      if (made)
        await recordClicks(
          stores,
          made,
          Array.from({ length: 1200 }, (_, visitor) => ({ visitor })),
        );
      await stores.linkCommands.delete(7, null);
      expect(await stores.imports.makeRoom([link(7)])).toBe(false);
      expect(await stores.imports.makeRoom([link(7, { code: 'heir' })])).toBe(true);
      expect(outcomes(await stores.imports.links([link(7, { code: 'heir' })]))).toEqual(['created']);
      expect(await stores.links.get(7)).toMatchObject({ code: 'heir', clicks: 0, version: 1 });
      expect(await stores.events.list({}, { limit: 9 })).toEqual([]);
      expect(await stores.events.count({})).toEqual({ value: 0, exact: true });
      expect(await stores.links.taken(1, ['code7'])).toEqual([]);
    },
  });

  const withLink = (body: (stores: Stores) => Promise<void>) => async (stores: Stores) => {
    await stores.imports.users([user(4)]);
    await stores.imports.links([link(7, { userId: 4 })]);
    await body(stores);
  };
  storeSuite(`${name}: importing events`, make, {
    'ids, times and details are kept and the sequence moves past them': withLink(async (stores) => {
      const results = await stores.imports.events([
        event(90, { userId: 4 }),
        event(null, { at: OLD + 1000 }),
        event(5),
      ]);
      expect(results.map(({ id, outcome }) => [id, outcome])).toEqual([
        [90, 'created'],
        [91, 'created'],
        [5, 'created'],
      ]);
      expect(await stores.events.get(90)).toEqual({
        id: 90,
        linkId: 7,
        userId: 4,
        type: 'updated',
        at: OLD,
        details: { field: 'title', new_value: 'x' },
      });
      expect((await stores.eventCommands.post({ type: 'x', linkId: 7, userId: null, details: {} })).id).toBe(92);
    }),
    'an unknown link is an error, an unknown user becomes none with a warning': withLink(async (stores) => {
      const results = await stores.imports.events([event(5, { linkId: 99 }), event(6, { userId: 99 })]);
      expect(results[0]).toMatchObject({ outcome: 'error', id: null, message: expect.stringContaining('99') });
      expect(results[1]).toMatchObject({ outcome: 'created', message: expect.stringContaining('99') });
      expect((await stores.events.get(6))?.userId).toBeNull();
    }),
    'the same event is updated, another under its id is left alone': withLink(async (stores) => {
      await stores.imports.events([event(5)]);
      const results = await stores.imports.events([
        event(5, { at: OLD + 400, userId: 4, details: { new: true } }),
        event(5, { type: 'view' }),
        event(5, { at: OLD + 1000 }),
      ]);
      expect(outcomes(results)).toEqual(['updated', 'skipped', 'skipped']);
      expect(await stores.events.get(5)).toMatchObject({ at: OLD, userId: 4, details: { new: true } });
      expect(await stores.events.count({ userId: 4 })).toEqual({ value: 1, exact: true });
    }),
    'a row without an id is not doubled when the file is sent again': withLink(async (stores) => {
      expect(outcomes(await stores.imports.events([event(null)]))).toEqual(['created']);
      expect(outcomes(await stores.imports.events([event(null)]))).toEqual(['updated']);
      expect(await stores.events.count({})).toEqual({ value: 1, exact: true });
    }),
    'a recorded click is never replaced': withLink(async (stores) => {
      const made = await stores.links.get(7);
      if (made) await recordClicks(stores, made, [{}]);
      const results = await stores.imports.events([event(1, { type: 'click', at: TEST_TIME })]);
      expect(outcomes(results)).toEqual(['skipped']);
      expect((await stores.events.get(1))?.details.browser).toBe('Firefox');
    }),
    'an imported click is a note': withLink(async (stores) => {
      await stores.imports.events([event(5, { type: 'click' })]);
      expect((await stores.links.get(7))?.clicks).toBe(0);
      expect((await stores.events.countsByType(7)).counts).toEqual({ click: 1 });
    }),
    'ids of hidden events and clicks are free': withLink(async (stores) => {
      await stores.imports.links([link(8)]);
      await stores.imports.events([event(5, { linkId: 8 })]);
      const made = await stores.links.get(8);
      if (made) await recordClicks(stores, made, [{}]);
      await stores.linkCommands.delete(8, null);
      expect(outcomes(await stores.imports.events([event(5), event(6)]))).toEqual(['created', 'created']);
      await stores.linkCommands.restore(8);
      expect((await stores.events.list({}, { limit: 9 })).map(({ id, linkId }) => [id, linkId])).toEqual([
        [8, 8],
        [7, 8],
        [6, 7],
        [5, 7],
      ]);
      expect(await stores.events.count({})).toEqual({ value: 4, exact: true });
    }),
    'events of a user who is deleted stay, without the user': withLink(async (stores) => {
      await stores.imports.users([user(3)]);
      await stores.imports.events([event(5, { userId: 3 })]);
      await deleteUser(stores, 3);
      expect(await stores.events.get(5)).toMatchObject({ userId: null });
      expect(outcomes(await stores.imports.events([event(5)]))).toEqual(['updated']);
    }),
  });
}
