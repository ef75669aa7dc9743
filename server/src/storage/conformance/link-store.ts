import { expect } from 'bun:test';
import { CODE_ALPHABET, CODE_LENGTH, LIMITS } from '@waymark/contract';
import type { LinkFilter, LinkPageQuery } from '../../links/store.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { type MakeStores, newLink, recordClicks, type Stores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';

const page = (given: Partial<LinkPageQuery> = {}): LinkPageQuery => ({
  filter: {},
  sort: 'id',
  descending: false,
  limit: 100,
  ...given,
});

const titles = async (stores: Stores, query: Partial<LinkPageQuery>) =>
  (await stores.links.list(page(query))).map((link) => link.title);

/** What every adapter of LinkQueries and LinkCommands does. */
export function linkStoreConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: creating links`, make, {
    'a bulk does each change on its own, in one unit of work and in order': async (stores) => {
      const one = await stores.linkCommands.create(newLink());
      const two = await stores.linkCommands.create(newLink({ code: 'second' }));
      const done = await stores.linkCommands.bulk({
        creates: [newLink({ code: 'second' }), newLink({ code: 'third' })],
        updates: [
          { id: one.id, patch: { title: 'x' }, ifVersion: 9 },
          { id: one.id, patch: { title: 'y' }, ifVersion: 1 },
        ],
        deletes: [999_999, two.id, two.id],
        restores: [],
      });
      expect(done.creates.map((result) => (result.ok ? result.value.code : result.code))).toEqual([
        'code_taken',
        'third',
      ]);
      expect(done.updates.map((result) => (result.ok ? result.value.title : result.code))).toEqual([
        'precondition_failed',
        'y',
      ]);
      expect(done.deletes.map((result) => (result.ok ? null : result.code))).toEqual(['not_found', null, 'not_found']);
      expect(await stores.links.get(two.id)).toBeNull();
      expect((await stores.links.get(one.id))?.version).toBe(2);
    },
    'a bulk restores what was deleted, and says of the rest why not': async (stores) => {
      const user = await stores.userCommands.create({ username: 'bea', email: 'bea@example.com' });
      const one = await stores.linkCommands.create(newLink({ ownerId: user.id }));
      const two = await stores.linkCommands.create(newLink({ ownerId: user.id }));
      const three = await stores.linkCommands.create(newLink());
      const bulk = (deletes: number[], restores: number[]) =>
        stores.linkCommands.bulk({ creates: [], updates: [], deletes, restores });
      await bulk([two.id, one.id], []);
      expect(await stores.links.count({ ownerId: user.id })).toEqual({ value: 0, exact: true });
      const { deletes, restores } = await bulk([three.id], [two.id, 999_999, one.id, three.id, one.id]);
      expect(deletes).toEqual([{ ok: true, value: null }]);
      expect(restores.map((result) => (result.ok ? result.value.id : result.code))).toEqual([
        two.id,
        'not_found',
        one.id,
        three.id,
        'conflict',
      ]);
      for (const result of restores) {
        if (result.ok) expect(await stores.links.get(result.value.id)).toEqual(result.value);
      }
      expect(await stores.links.count({ ownerId: user.id })).toEqual({ value: 2, exact: true });
      expect(await stores.links.count({})).toEqual({ value: 3, exact: true });
      expect(await stores.events.count({ type: 'restored' })).toEqual({ value: 3, exact: true });
    },
    'a link is read back as it was answered': async (stores) => {
      const user = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
      const made = await stores.linkCommands.create(
        newLink({
          title: 'Grüße 世界',
          expiresAt: TEST_TIME + 1,
          active: false,
          redirectStatus: 307,
          ownerId: user.id,
        }),
      );
      expect(made).toMatchObject({ version: 1, urlVersion: 1, createdAt: TEST_TIME, updatedAt: TEST_TIME, clicks: 0 });
      expect(await stores.links.get(made.id)).toEqual(made);
      expect(await stores.links.getByCode(made.domainId, made.code)).toEqual(made);
    },
    'a code that nobody chose is random and of the code alphabet': async (stores) => {
      const made = await stores.linkCommands.createMany(Array.from({ length: 50 }, () => newLink()));
      const codes = made.map((result) => (result.ok ? result.value.code : ''));
      expect(new Set(codes).size).toBe(50);
      for (const code of codes) expect(code).toMatch(new RegExp(`^[${CODE_ALPHABET}]{${CODE_LENGTH}}$`));
    },
    'a chosen code is kept to the letter and taken from then on': async (stores) => {
      const made = await stores.linkCommands.create(newLink({ code: 'Spring_Sale-1' }));
      expect(made.code).toBe('Spring_Sale-1');
      await refused(stores.linkCommands.create(newLink({ code: 'Spring_Sale-1' })), 'code_taken');
      expect((await stores.linkCommands.create(newLink({ code: 'spring_sale-1' }))).code).toBe('spring_sale-1');
    },
    'an unknown owner is refused by field and nothing is left': async (stores) => {
      const error = await refused(stores.linkCommands.create(newLink({ ownerId: 99 })), 'not_found');
      expect(error.details[0]?.field).toBe('user_id');
      expect(await stores.links.count({})).toEqual({ value: 0, exact: true });
      expect(await stores.events.list({}, { limit: 10 })).toEqual([]);
    },
    'a creation is an event of its owner': async (stores) => {
      const user = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
      const made = await stores.linkCommands.create(newLink({ ownerId: user.id }));
      expect(await stores.events.list({ linkId: made.id }, { limit: 10 })).toEqual([
        {
          id: 1,
          linkId: made.id,
          userId: user.id,
          type: 'created',
          at: TEST_TIME,
          details: { short_code: made.code, original_url: made.url },
        },
      ]);
    },
    'of many each stands on its own': async (stores) => {
      const results = await stores.linkCommands.createMany([
        newLink({ code: 'one' }),
        newLink({ code: 'one' }),
        newLink({ ownerId: 99 }),
        newLink({ code: 'two' }),
      ]);
      expect(results.map((result) => (result.ok ? result.value.code : result.code))).toEqual([
        'one',
        'code_taken',
        'not_found',
        'two',
      ]);
      expect(await stores.links.count({})).toEqual({ value: 2, exact: true });
    },
    'a creation tells edges to forget that the code was unknown': async (stores) => {
      await stores.linkCommands.create(newLink({ code: 'fresh' }));
      expect(stores.changed()).toEqual(['fresh']);
    },
  });

  storeSuite(`${name}: updating links`, make, {
    'each field that changes is an event under its classic name': async (stores) => {
      const made = await stores.linkCommands.create(newLink());
      stores.clock.now += HOUR_MS;
      const changed = await stores.linkCommands.update(
        made.id,
        { url: 'https://example.org/', title: 'New', active: false, expiresAt: TEST_TIME, redirectStatus: 301 },
        made.version,
      );
      expect(changed).toMatchObject({
        version: 2,
        urlVersion: 2,
        updatedAt: TEST_TIME + HOUR_MS,
        createdAt: TEST_TIME,
      });
      expect(await stores.links.get(made.id)).toEqual(changed);
      const events = await stores.events.list({ linkId: made.id, type: 'updated' }, { limit: 10 });
      expect(events.map((event) => event.details).reverse()).toEqual([
        { field: 'original_url', new_value: 'https://example.org/' },
        { field: 'title', new_value: 'New' },
        { field: 'is_active', new_value: false },
        { field: 'expires_at', new_value: '2026-05-04T10:20:30' },
        { field: 'redirect_status', new_value: 301 },
      ]);
    },
    'a change to what is already there moves the time alone': async (stores) => {
      const made = await stores.linkCommands.create(newLink({ title: 'Same' }));
      stores.clock.now += 1000;
      const after = await stores.linkCommands.update(made.id, { title: 'Same', url: made.url }, null);
      expect(after).toEqual({ ...made, updatedAt: TEST_TIME + 1000 });
      expect(await stores.events.count({ linkId: made.id })).toEqual({ value: 1, exact: true });
    },
    'the time of the last change never goes back with the clock': async (stores) => {
      const made = await stores.linkCommands.create(newLink());
      stores.clock.now -= HOUR_MS;
      expect((await stores.linkCommands.update(made.id, { title: 'x' }, null)).updatedAt).toBe(TEST_TIME);
    },
    'another version is a failed precondition and changes nothing': async (stores) => {
      const made = await stores.linkCommands.create(newLink());
      await refused(stores.linkCommands.update(made.id, { title: 'x' }, 2), 'precondition_failed');
      await refused(stores.linkCommands.delete(made.id, 2), 'precondition_failed');
      expect(await stores.links.get(made.id)).toEqual(made);
    },
    'only what redirects depend on is told to edges': async (stores) => {
      const made = await stores.linkCommands.create(newLink({ code: 'mine' }));
      stores.changed();
      await stores.linkCommands.update(made.id, { title: 'x' }, null);
      expect(stores.changed()).toEqual([]);
      for (const patch of [
        { url: 'https://example.org/' },
        { active: false },
        { expiresAt: 1 },
        { redirectStatus: 308 as const },
      ]) {
        await stores.linkCommands.update(made.id, patch, null);
        expect(stores.changed()).toEqual(['mine']);
      }
    },
    'an unknown link is not found': async (stores) => {
      await refused(stores.linkCommands.update(9, { title: 'x' }, null), 'not_found');
      await refused(stores.linkCommands.delete(9, null), 'not_found');
      await refused(stores.linkCommands.restore(9), 'not_found');
    },
  });

  storeSuite(`${name}: deleting links`, make, {
    'a deleted link is hidden, its code stays taken, its events are hidden but the deletion': async (stores) => {
      const made = await stores.linkCommands.create(newLink({ code: 'gone' }));
      const other = await stores.linkCommands.create(newLink());
      await recordClicks(stores, made, [{}, { visitor: 8 }]);
      await stores.linkCommands.delete(made.id, made.version);
      expect(await stores.links.get(made.id)).toBeNull();
      expect(await stores.links.getByCode(made.domainId, 'gone')).toBeNull();
      expect(await stores.links.getEvenDeleted(made.id)).toMatchObject({ deletedAt: TEST_TIME, version: 2, clicks: 2 });
      expect(await stores.links.taken(1, ['gone', 'free'])).toEqual(['gone']);
      await refused(stores.linkCommands.create(newLink({ code: 'gone' })), 'code_taken');
      const events = await stores.events.list({}, { limit: 10 });
      expect(events.map((event) => [event.linkId, event.type])).toEqual([
        [made.id, 'deleted'],
        [other.id, 'created'],
      ]);
      expect(events[0]?.details).toEqual({ short_code: 'gone', original_url: made.url });
      expect(await stores.events.list({ linkId: made.id }, { limit: 10 })).toEqual([]);
      await refused(stores.linkCommands.delete(made.id, null), 'not_found');
    },
    'a restored link is as before, with its events and clicks': async (stores) => {
      const made = await stores.linkCommands.create(newLink({ code: 'back' }));
      await recordClicks(stores, made, [{}]);
      await stores.linkCommands.delete(made.id, null);
      stores.changed();
      const restored = await stores.linkCommands.restore(made.id);
      expect(restored).toEqual({ ...made, version: 3, clicks: 1, humanClicks: 1, lastClickAt: TEST_TIME });
      expect(await stores.links.get(made.id)).toEqual(restored);
      expect(stores.changed()).toEqual(['back']);
      const types = (await stores.events.list({ linkId: made.id }, { limit: 10 })).map((event) => event.type);
      expect(types).toEqual(['restored', 'deleted', 'click', 'created']);
      await refused(stores.linkCommands.restore(made.id), 'conflict');
    },
    'a link can be restored for as long as it is promised': async (stores) => {
      const made = await stores.linkCommands.create(newLink());
      await stores.linkCommands.delete(made.id, null);
      stores.clock.now += LIMITS.restoreDays * DAY_MS + 1;
      await refused(stores.linkCommands.restore(made.id), 'not_found');
      stores.clock.now -= 1;
      expect((await stores.linkCommands.restore(made.id)).deletedAt).toBeNull();
    },
    'a purge takes what was deleted before, in chunks, and frees the code': async (stores) => {
      const made = await stores.linkCommands.create(newLink({ code: 'old' }));
      const later = await stores.linkCommands.create(newLink({ code: 'later' }));
      const live = await stores.linkCommands.create(newLink({ code: 'live' }));
      await recordClicks(
        stores,
        made,
        Array.from({ length: 600 }, (_, i) => ({ visitor: i, at: TEST_TIME - i * HOUR_MS })),
      );
      await stores.linkCommands.delete(made.id, null);
      stores.clock.now += DAY_MS;
      await stores.linkCommands.delete(later.id, null);
      let calls = 1;
      while (await stores.linkCommands.purge(stores.clock.now)) calls++;
      expect(calls).toBeGreaterThan(2);
      expect(await stores.links.getEvenDeleted(made.id)).toBeNull();
      expect(await stores.links.getEvenDeleted(later.id)).not.toBeNull();
      expect(await stores.links.get(live.id)).not.toBeNull();
      expect((await stores.events.list({ type: 'deleted' }, { limit: 10 })).map((event) => event.linkId)).toEqual([
        later.id,
        made.id,
      ]);
      expect((await stores.linkCommands.create(newLink({ code: 'old' }))).id).toBeGreaterThan(live.id);
    },
  });

  const filters: [title: string, filter: LinkFilter, found: string[]][] = [
    ['all', {}, ['alpha', 'Beta', 'gamma']],
    ['active', { active: true }, ['alpha', 'gamma']],
    ['inactive', { active: false }, ['Beta']],
    ['expired', { expired: true }, ['gamma']],
    ['not expired', { expired: false }, ['alpha', 'Beta']],
    ['deleted', { deleted: true }, ['delta']],
    ['code', { code: 'code-b' }, ['Beta']],
    ['exact title', { title: 'alpha' }, ['alpha']],
    ['search in titles, case ignored', { search: 'BET' }, ['Beta']],
    ['search in urls', { search: 'Example.com/G' }, ['gamma']],
    ['search in codes', { search: 'CODE-A' }, ['alpha']],
    ['search takes % and _ as they are', { search: '%' }, []],
    ['ids', { ids: [1, 3, 4, 99] }, ['alpha', 'gamma']],
    ['owner', { ownerId: 1 }, ['alpha', 'Beta']],
    ['owner and flag', { ownerId: 1, active: true }, ['alpha']],
    ['unknown owner', { ownerId: 42 }, []],
  ];
  storeSuite(`${name}: listing links`, make, {
    ...Object.fromEntries(
      filters.map(([title, filter, found]) => [
        `filter ${title}: the list and its count agree`,
        async (stores: Stores) => {
          await gallery(stores);
          expect(await titles(stores, { filter })).toEqual(found);
          expect(await stores.links.count(filter)).toEqual({ value: found.length, exact: true });
        },
      ]),
    ),
    'every sort pages without gap or overlap, both ways, by cursor and by offset': async (stores) => {
      const links = await gallery(stores);
      for (const [index, clicks] of [2, 0, 2].entries()) {
        const link = links[index];
        if (link && clicks > 0)
          await recordClicks(
            stores,
            link,
            Array.from({ length: clicks }, () => ({})),
          );
      }
      const expected = {
        id: ['alpha', 'Beta', 'gamma'],
        createdAt: ['alpha', 'Beta', 'gamma'],
        updatedAt: ['Beta', 'gamma', 'alpha'],
        clicks: ['Beta', 'alpha', 'gamma'],
        code: ['alpha', 'Beta', 'gamma'],
      } as const;
      for (const sort of ['id', 'createdAt', 'updatedAt', 'clicks', 'code'] as const) {
        for (const descending of [false, true]) {
          const whole = descending ? [...expected[sort]].reverse() : [...expected[sort]];
          const seen: (string | null)[] = [];
          let after: LinkPageQuery['after'];
          for (;;) {
            const [link] = await stores.links.list(page({ sort, descending, limit: 1, ...(after ? { after } : {}) }));
            if (!link) break;
            seen.push(link.title);
            after = { value: link[sort], id: link.id };
          }
          expect(seen as string[]).toEqual(whole);
          expect((await titles(stores, { sort, descending, offset: 1, limit: 5 })) as string[]).toEqual(whole.slice(1));
        }
      }
    },
  });
}

/** Three live links and a deleted one; the first two belong to user 1. */
async function gallery(stores: Stores) {
  const owner = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
  const make = async (title: string, rest: Parameters<typeof newLink>[0]) => {
    stores.clock.now += 1000;
    return stores.linkCommands.create(newLink({ title, url: `https://example.com/${title}`, ...rest }));
  };
  const links = [
    await make('alpha', { code: 'code-a', ownerId: owner.id }),
    await make('Beta', { code: 'code-b', ownerId: owner.id, active: false }),
    await make('gamma', { code: 'code-c', expiresAt: TEST_TIME - 1 }),
  ];
  const dropped = await make('delta', { code: 'code-d' });
  await stores.linkCommands.delete(dropped.id, null);
  stores.clock.now += 1000;
  await stores.linkCommands.update(1, {}, null);
  return links;
}
