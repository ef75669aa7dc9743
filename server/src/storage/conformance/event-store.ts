import { expect } from 'bun:test';
import type { EventFilter } from '../../clicks/event.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { type MakeStores, newLink, recordClicks, type Stores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';

/** Two links of two users, posted events and recorded clicks mixed. */
async function history(stores: Stores) {
  const ann = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
  const bob = await stores.userCommands.create({ username: 'bob', email: 'bob@example.com' });
  const one = await stores.linkCommands.create(newLink({ ownerId: ann.id }));
  const two = await stores.linkCommands.create(newLink({ ownerId: bob.id }));
  await recordClicks(stores, one, [{}, {}]);
  await stores.eventCommands.post({ type: 'view', linkId: one.id, userId: bob.id, details: { a: 1 } });
  await stores.eventCommands.post({ type: 'click', linkId: one.id, userId: null, details: {} });
  await recordClicks(stores, two, [{}]);
  await stores.eventCommands.post({ type: 'view', linkId: two.id, userId: ann.id, details: {} });
  return { ann, bob, one, two };
}

/** What every adapter of EventQueries and EventCommands does. */
export function eventStoreConformance(name: string, make: MakeStores): void {
  const filters: [filter: EventFilter, ids: number[]][] = [
    [{}, [8, 7, 6, 5, 4, 3, 2, 1]],
    [{ linkId: 1 }, [6, 5, 4, 3, 1]],
    [{ userId: 1 }, [8, 4, 3, 1]],
    [{ type: 'click' }, [7, 6, 4, 3]],
    [{ type: 'view' }, [8, 5]],
    [{ type: 'none' }, []],
    [{ linkId: 1, type: 'click' }, [6, 4, 3]],
    [{ linkId: 1, userId: 1 }, [4, 3, 1]],
    [{ linkId: 1, userId: 2 }, [5]],
    [{ linkId: 2, userId: 2, type: 'click' }, [7]],
    [{ userId: 1, type: 'click' }, [4, 3]],
    [{ userId: 1, type: 'view' }, [8]],
    [{ linkId: 9 }, []],
    [{ userId: 9 }, []],
  ];
  storeSuite(`${name}: listing events`, make, {
    ...Object.fromEntries(
      filters.map(([filter, ids]) => [
        `${JSON.stringify(filter)}: clicks and events in one order, whole, by page and by cursor, and counted`,
        async (stores: Stores) => {
          await history(stores);
          const list = async (page: Parameters<Stores['events']['list']>[1]) =>
            (await stores.events.list(filter, page)).map((event) => event.id);
          expect(await list({ limit: 100 })).toEqual(ids);
          expect(await list({ limit: 2, offset: 1 })).toEqual(ids.slice(1, 3));
          expect(await list({ limit: 100, beforeId: 5 })).toEqual(ids.filter((id) => id < 5));
          expect(await stores.events.count(filter)).toEqual({ value: ids.length, exact: true });
        },
      ]),
    ),
    'clicks since an id: the newest of them in order, how many came before, and where to go on': async (stores) => {
      const { one } = await history(stores);
      const since = async (afterId: number | null, limit: number, linkId: number | null = null) => {
        const { events, skipped, lastId } = await stores.events.clicksSince(afterId, limit, linkId);
        return [events.map(({ id }) => id), skipped, lastId];
      };
      expect(await since(null, 10)).toEqual([[], 0, 7]);
      expect(await since(0, 10)).toEqual([[3, 4, 7], 0, 7]);
      expect(await since(0, 2)).toEqual([[4, 7], 1, 7]);
      expect(await since(3, 10)).toEqual([[4, 7], 0, 7]);
      expect(await since(0, 10, one.id)).toEqual([[3, 4], 0, 7]);
      expect(await since(0, 1, one.id)).toEqual([[4], 1, 7]);
      expect(await since(7, 10)).toEqual([[], 0, 7]);
      expect(await since(99, 10)).toEqual([[], 0, 99]);
      await stores.linkCommands.delete(one.id, null);
      expect(await since(0, 10)).toEqual([[7], 0, 7]);
    },
    'a recorded click says where it led and what is known of it, nothing empty': async (stores) => {
      const user = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
      const link = await stores.linkCommands.create(newLink({ ownerId: user.id }));
      await recordClicks(stores, link, [{ utmSource: 'mail', quality: 'bot', reason: 'agent', country: '' }]);
      await stores.linkCommands.update(link.id, { url: 'https://example.org/new' }, null);
      await recordClicks(stores, { ...link, urlVersion: 2 }, [
        { country: '', device: '', browser: '', os: '', language: '' },
      ]);
      const [after, before] = await stores.events.list({ linkId: link.id, type: 'click' }, { limit: 9 });
      expect(before).toEqual({
        id: 2,
        linkId: link.id,
        userId: user.id,
        type: 'click',
        at: TEST_TIME,
        details: {
          short_code: link.code,
          original_url: 'https://example.com/page',
          device: 'desktop',
          browser: 'Firefox',
          os: 'Linux',
          utm_source: 'mail',
          language: 'de',
          quality: 'bot',
          reason: 'agent',
        },
      });
      expect(after?.details).toEqual({
        short_code: link.code,
        original_url: 'https://example.org/new',
        quality: 'human',
      });
      expect(await stores.events.get(2)).toEqual(before ?? null);
    },
    'events of a deleted link are hidden, and come back with it': async (stores) => {
      const { one } = await history(stores);
      await stores.linkCommands.delete(one.id, null);
      expect((await stores.events.list({}, { limit: 99 })).map(({ id }) => id)).toEqual([9, 8, 7, 2]);
      for (const id of [1, 3, 5]) expect(await stores.events.get(id)).toBeNull();
      for (const id of [1, 3]) await refused(stores.eventCommands.delete(id), 'not_found');
      expect(await stores.events.countsByType(one.id)).toEqual({ counts: {}, total: 0, latestAt: null });
      expect(await stores.events.count({ linkId: one.id })).toEqual({ value: 0, exact: true });
      expect(await stores.events.count({ userId: 1 })).toEqual({ value: 2, exact: true });
      await stores.linkCommands.restore(one.id);
      expect(await stores.events.count({})).toEqual({ value: 10, exact: true });
    },
    'counts by type join notes and recorded clicks, with the latest time of all': async (stores) => {
      const { one } = await history(stores);
      await recordClicks(stores, one, [{ at: TEST_TIME + MINUTE_MS }]);
      expect(await stores.events.countsByType(one.id)).toEqual({
        counts: { created: 1, view: 1, click: 4 },
        total: 6,
        latestAt: TEST_TIME + MINUTE_MS,
      });
      expect((await stores.links.get(one.id))?.clicks).toBe(3);
    },
  });

  storeSuite(`${name}: writing events`, make, {
    'a posted event is read back as it was answered': async (stores) => {
      const { one, bob } = await history(stores);
      const made = await stores.eventCommands.post({
        type: 'share',
        linkId: one.id,
        userId: bob.id,
        details: { deep: { x: [1, null] } },
      });
      expect(made).toEqual({
        id: 9,
        linkId: one.id,
        userId: bob.id,
        type: 'share',
        at: TEST_TIME,
        details: { deep: { x: [1, null] } },
      });
      expect(await stores.events.get(9)).toEqual(made);
    },
    'an unknown link or user is named and nothing is stored': async (stores) => {
      const { one } = await history(stores);
      const noLink = await refused(
        stores.eventCommands.post({ type: 'x', linkId: 99, userId: null, details: {} }),
        'not_found',
      );
      const noUser = await refused(
        stores.eventCommands.post({ type: 'x', linkId: one.id, userId: 99, details: {} }),
        'not_found',
      );
      expect([noLink, noUser].map((error) => [error.message, error.details[0]?.field])).toEqual([
        ['URL not found', 'url_id'],
        ['User not found', 'user_id'],
      ]);
      expect(await stores.events.count({})).toEqual({ value: 8, exact: true });
    },
    'a deleted event is gone from lists and counts': async (stores) => {
      const { one } = await history(stores);
      await stores.eventCommands.delete(5);
      expect(await stores.events.get(5)).toBeNull();
      expect(await stores.events.countsByType(one.id)).toMatchObject({ counts: { created: 1, click: 3 }, total: 4 });
      await refused(stores.eventCommands.delete(5), 'not_found');
    },
  });
}

/** What every adapter does with a recorded click that is deleted. */
export function clickRemovalConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: deleting recorded clicks`, make, {
    "a deleted click is gone from its link's totals too": async (stores) => {
      const { one } = await history(stores);
      await recordClicks(stores, one, [{ at: TEST_TIME + MINUTE_MS, quality: 'bot' }]);
      await stores.eventCommands.delete(9);
      expect(await stores.links.get(one.id)).toMatchObject({ clicks: 2, humanClicks: 2, lastClickAt: TEST_TIME });
      await stores.eventCommands.delete(3);
      await stores.eventCommands.delete(4);
      expect(await stores.links.get(one.id)).toMatchObject({ clicks: 0, humanClicks: 0, lastClickAt: null });
      expect(await stores.events.count({ type: 'click' })).toEqual({ value: 2, exact: true });
    },
  });
}
