import { expect } from 'bun:test';
import { MINUTE_MS } from '../../platform/clock.ts';
import { type MakeStores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';

const key = { name: 'CI', scope: 'write' as const, hash: 'a'.repeat(64), prefix: 'wm_abcd', expiresAt: null };

/** What every adapter of ApiKeyQueries and ApiKeyCommands does. */
export function apiKeyStoreConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: API keys`, make, {
    'a key is found by its hash, which never leaves the store': async (stores) => {
      const made = await stores.keyCommands.create(key);
      expect(made).toEqual({
        id: 1,
        name: 'CI',
        prefix: 'wm_abcd',
        scope: 'write',
        createdAt: TEST_TIME,
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      });
      expect(await stores.keys.findByHash(key.hash, TEST_TIME)).toEqual(made);
      expect(await stores.keys.get(1)).toEqual(made);
      expect(await stores.keys.findByHash('b'.repeat(64), TEST_TIME)).toBeNull();
    },
    'an expired key opens nothing but stays listed': async (stores) => {
      await stores.keyCommands.create({ ...key, expiresAt: TEST_TIME + 5 });
      expect(await stores.keys.findByHash(key.hash, TEST_TIME + 4)).not.toBeNull();
      expect(await stores.keys.findByHash(key.hash, TEST_TIME + 5)).toBeNull();
      expect((await stores.keys.list()).length).toBe(1);
    },
    'a revoked key opens nothing, and revoking again changes nothing': async (stores) => {
      await stores.keyCommands.create(key);
      await stores.keyCommands.revoke(1);
      stores.clock.now += 1000;
      expect((await stores.keyCommands.revoke(1)).revokedAt).toBe(TEST_TIME);
      expect(await stores.keys.findByHash(key.hash, TEST_TIME)).toBeNull();
      await refused(stores.keyCommands.revoke(2), 'not_found');
    },
    'keys are listed newest first': async (stores) => {
      await stores.keyCommands.create(key);
      await stores.keyCommands.create({ ...key, name: 'two', hash: 'b'.repeat(64) });
      expect((await stores.keys.list()).map(({ name }) => name)).toEqual(['two', 'CI']);
    },
    'uses are noted at most once a minute and never go back': async (stores) => {
      await stores.keyCommands.create(key);
      const used = async (at: number) => {
        await stores.keyCommands.touch([
          { id: 1, at },
          { id: 99, at },
        ]);
        return (await stores.keys.get(1))?.lastUsedAt;
      };
      expect(await used(TEST_TIME)).toBe(TEST_TIME);
      expect(await used(TEST_TIME + MINUTE_MS - 1)).toBe(TEST_TIME);
      expect(await used(TEST_TIME + MINUTE_MS)).toBe(TEST_TIME + MINUTE_MS);
      expect(await used(TEST_TIME)).toBe(TEST_TIME + MINUTE_MS);
    },
  });
}
