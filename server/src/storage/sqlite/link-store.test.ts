import { expect, test } from 'bun:test';
import { linkStoreConformance } from '../conformance/link-store.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';
import { newLink } from '../conformance/stores.ts';
import { linkIdsByClicks } from './link-queries.ts';

linkStoreConformance('SQLite', createSqliteStores);

test('a random code that a link has, a deleted one included, is drawn again', async () => {
  const draws = ['aaaaaaa', 'aaaaaaa', 'bbbbbbb', 'bbbbbbb', 'aaaaaaa', 'ccccccc'];
  const stores = createSqliteStores({ drawCode: () => draws.shift() ?? '' });
  const one = await stores.linkCommands.create(newLink());
  await stores.linkCommands.delete(one.id, null);
  expect((await stores.linkCommands.create(newLink())).code).toBe('bbbbbbb');
  expect((await stores.linkCommands.create(newLink())).code).toBe('ccccccc');
  stores.close();
});

test('a page by clicks follows one index after the other and sorts nothing', () => {
  const stores = createSqliteStores();
  for (const descending of [false, true]) {
    const { clicked, never } = linkIdsByClicks(stores.harness.read, { filter: {}, descending });
    const [first = '', second = ''] = [clicked, never].map((ids) => {
      const { sql, parameters } = ids.limit(50).compile();
      return JSON.stringify(stores.harness.sqlite.query(`EXPLAIN QUERY PLAN ${sql}`).all(...(parameters as number[])));
    });
    expect(first).toContain('link_stats_clicks');
    expect(first + second).not.toContain('TEMP B-TREE');
  }
  stores.close();
});
