import { expect } from 'bun:test';
import { SESSION_MS, SIGN_IN_LINK_MS } from '../../accounts/session-terms.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { type MakeStores, type Stores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';

const hash = (letter: string) => letter.repeat(64);
const holder = (letter: string) => ({ hash: hash(letter), userAgent: 'Browser/1' });
const grant = { name: 'me', scope: 'admin' as const, keyId: null };

const makeKey = (stores: Stores, expiresAt: number | null = null) =>
  stores.keyCommands.create({ name: 'CI', scope: 'write', hash: hash('f'), prefix: 'wm_abcd', expiresAt });

/** What every adapter of SessionQueries and SessionCommands does. */
export function sessionStoreConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: sessions`, make, {
    'a session is found by its hash, which never leaves the store, until it ends': async (stores) => {
      const opened = await stores.sessionCommands.open(holder('a'), grant);
      const end = TEST_TIME + SESSION_MS;
      expect(opened).toEqual({
        id: 1,
        name: 'me',
        scope: 'admin',
        keyId: null,
        userAgent: 'Browser/1',
        createdAt: TEST_TIME,
        expiresAt: end,
        lastUsedAt: null,
      });
      expect(await stores.sessions.findByHash(hash('a'), end - 1)).toEqual(opened);
      expect(await stores.sessions.get(1, TEST_TIME)).toEqual(opened);
      expect(await stores.sessions.findByHash(hash('a'), end)).toBeNull();
      expect(await stores.sessions.get(1, end)).toBeNull();
      expect(await stores.sessions.list(end, 10, null)).toEqual([]);
      expect(await stores.sessions.findByHash(hash('b'), TEST_TIME)).toBeNull();
    },
    'a revoked session is gone': async (stores) => {
      await stores.sessionCommands.open(holder('a'), grant);
      await stores.sessionCommands.revoke(1);
      expect(await stores.sessions.findByHash(hash('a'), TEST_TIME)).toBeNull();
      await refused(stores.sessionCommands.revoke(1), 'not_found');
    },
    'a session ends with its key, at its end or when it is revoked': async (stores) => {
      const key = await makeKey(stores, TEST_TIME + 5000);
      const session = await stores.sessionCommands.open(holder('a'), { ...grant, keyId: key.id });
      expect(session.expiresAt).toBe(TEST_TIME + 5000);
      await stores.keyCommands.revoke(key.id);
      expect(await stores.sessions.findByHash(hash('a'), TEST_TIME)).toBeNull();
      expect(await stores.sessions.get(session.id, TEST_TIME)).toBeNull();
      expect(await stores.sessions.list(TEST_TIME, 10, null)).toEqual([]);
    },
    'a key that is revoked, over or unknown opens no session, by itself or by a link': async (stores) => {
      const key = await makeKey(stores, TEST_TIME + 5000);
      await stores.sessionCommands.createLink(hash('c'), { ...grant, keyId: key.id });
      stores.clock.now += 5000;
      await refused(stores.sessionCommands.open(holder('a'), { ...grant, keyId: key.id }), 'unauthorized');
      await refused(stores.sessionCommands.redeem(hash('c'), holder('a')), 'unauthorized');
      stores.clock.now -= 5000;
      await stores.keyCommands.revoke(key.id);
      await refused(stores.sessionCommands.open(holder('a'), { ...grant, keyId: key.id }), 'unauthorized');
      await refused(stores.sessionCommands.redeem(hash('c'), holder('a')), 'unauthorized');
      await refused(stores.sessionCommands.open(holder('a'), { ...grant, keyId: 99 }), 'unauthorized');
    },
    'a link opens one session, within 15 minutes': async (stores) => {
      const end = await stores.sessionCommands.createLink(hash('c'), { ...grant, scope: 'read' });
      expect(end).toBe(TEST_TIME + SIGN_IN_LINK_MS);
      stores.clock.now = end;
      await refused(stores.sessionCommands.redeem(hash('c'), holder('a')), 'unauthorized');
      stores.clock.now = end - 1;
      const session = await stores.sessionCommands.redeem(hash('c'), holder('a'));
      expect(session).toMatchObject({ name: 'me', scope: 'read', keyId: null, expiresAt: end - 1 + SESSION_MS });
      await refused(stores.sessionCommands.redeem(hash('c'), holder('b')), 'unauthorized');
    },
    'of many that use a link at once one signs in': async (stores) => {
      await stores.sessionCommands.createLink(hash('c'), grant);
      const tries = await Promise.allSettled(
        ['0', '1', '2', '3', '4', '5'].map((letter) => stores.sessionCommands.redeem(hash('c'), holder(letter))),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled').length).toBe(1);
      expect((await stores.sessions.list(TEST_TIME, 10, null)).length).toBe(1);
    },
    'sessions are listed newest first, page by page': async (stores) => {
      for (const letter of ['a', 'b', 'c'])
        await stores.sessionCommands.open(holder(letter), { ...grant, name: letter });
      const names = async (limit: number, beforeId: number | null) =>
        (await stores.sessions.list(TEST_TIME, limit, beforeId)).map((session) => session.name);
      expect(await names(2, null)).toEqual(['c', 'b']);
      expect(await names(2, 2)).toEqual(['a']);
      expect(await stores.sessions.get(2 ** 40, TEST_TIME)).toBeNull();
    },
    'uses are noted at most once a minute and never go back': async (stores) => {
      await stores.sessionCommands.open(holder('a'), grant);
      const used = async (at: number) => {
        await stores.sessionCommands.touch([
          { id: 1, at },
          { id: 99, at },
        ]);
        return (await stores.sessions.get(1, TEST_TIME))?.lastUsedAt;
      };
      expect(await used(TEST_TIME)).toBe(TEST_TIME);
      expect(await used(TEST_TIME + MINUTE_MS - 1)).toBe(TEST_TIME);
      expect(await used(TEST_TIME + MINUTE_MS)).toBe(TEST_TIME + MINUTE_MS);
      expect(await used(TEST_TIME)).toBe(TEST_TIME + MINUTE_MS);
    },
    'what has ended is removed, and nothing else': async (stores) => {
      await stores.sessionCommands.open(holder('a'), grant);
      stores.clock.now += 1000;
      await stores.sessionCommands.open(holder('b'), grant);
      await stores.sessionCommands.createLink(hash('c'), grant);
      stores.clock.now = TEST_TIME + SESSION_MS;
      expect(await stores.sessionCommands.forgetEnded()).toBe(false);
      // Asked as of the beginning, only what is no longer kept is missing.
      expect((await stores.sessions.list(TEST_TIME, 10, null)).map(({ id }) => id)).toEqual([2]);
      stores.clock.now = TEST_TIME;
      await refused(stores.sessionCommands.redeem(hash('c'), holder('d')), 'unauthorized');
    },
  });
}
