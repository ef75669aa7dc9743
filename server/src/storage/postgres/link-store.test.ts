import { expect, test } from 'bun:test';
import type { Compilable } from 'kysely';
import type { LinkFilter, LinkSort } from '../../links/store.ts';
import { linkStoreConformance } from '../conformance/link-store.ts';
import { type PostgresStores, postgresStores } from '../conformance/postgres-stores.ts';
import { newLink } from '../conformance/stores.ts';
import { linkPage } from './link-queries.ts';
import { linkIdsByClicks } from './links-by-clicks.ts';
import { selectLinks } from './rows.ts';
import { usersLike } from './user-queries.ts';

const createStores = postgresStores();

linkStoreConformance('PostgreSQL', createStores);

test('a random code that a link has, a deleted one included, is drawn again', async () => {
  const draws = ['aaaaaaa', 'aaaaaaa', 'bbbbbbb', 'bbbbbbb', 'aaaaaaa', 'ccccccc'];
  const stores = await createStores({ drawCode: () => draws.shift() ?? '' });
  const one = await stores.linkCommands.create(newLink());
  await stores.linkCommands.delete(one.id, null);
  expect((await stores.linkCommands.create(newLink())).code).toBe('bbbbbbb');
  expect((await stores.linkCommands.create(newLink())).code).toBe('ccccccc');
});

test('search passes over the case of A to Z alone, whatever the locale', async () => {
  const stores = await createStores();
  await stores.linkCommands.create(newLink({ title: 'Über_50%' }));
  const found = (search: string) => stores.links.count({ search });
  for (const search of ['Über', '_50%', 'BER_']) expect((await found(search)).value).toBe(1);
  for (const search of ['über', 'x50%', '\\_50', '%50']) expect((await found(search)).value).toBe(0);
});

/** Enough rows for the planner to have a choice: 20,000 links, 1,000 of them of one user, every other one with clicks. */
async function filled(): Promise<PostgresStores> {
  const stores = await createStores();
  await stores.harness.pool.query(`
    BEGIN;
    SET LOCAL session_replication_role = replica;
    INSERT INTO users (username, email, created_at) SELECT 'user' || n, 'User' || n || '@example.com', n FROM generate_series(1, 5000) n;
    INSERT INTO links (domain_id, code, url, redirect_status, owner_id, created_at, updated_at, deleted_at)
      SELECT 1, 'code' || n, 'https://example.com/' || n, 302, CASE WHEN n % 20 = 1 THEN 7 ELSE n % 500 + 1 END, n, n * 7919 % 20000, CASE WHEN n % 100 = 0 THEN n END
      FROM generate_series(1, 20000) n;
    INSERT INTO link_stats (link_id, clicks) SELECT n, n * 31 % 1000 FROM generate_series(1, 20000, 2) n;
    COMMIT;
    ANALYZE users, links, link_stats`);
  return stores;
}

async function planOf({ harness }: PostgresStores, query: Compilable): Promise<string> {
  const { sql, parameters } = query.compile();
  const { rows } = await harness.pool.query(`EXPLAIN ${sql}`, [...parameters]);
  return rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
}

test('hot questions go by an index and sort nothing', async () => {
  const stores = await filled();
  const { read } = stores;
  const page = (sort: Exclude<LinkSort, 'clicks'>, filter: LinkFilter = {}, descending = true) =>
    linkPage(read, { filter, sort, descending, limit: 50, after: { value: 9000, id: 9000 } }, sort);
  const questions: [index: string, query: Compilable][] = [
    ['links_pkey', page('id')],
    ['links_created', page('createdAt')],
    ['links_created', page('createdAt', {}, false)],
    ['links_updated', page('updatedAt')],
    ['links_owner', page('id', { ownerId: 8 }).limit(5)],
    ['links_pkey', page('id', { ids: [1, 2, 3] })],
    ['links_domain_id_code_key', selectLinks(read.db).where('domain_id', '=', 1).where('code', '=', 'code77')],
    ['users_username', usersLike(read, { username: 'user7' }).select('id')],
    ['users_email', usersLike(read, { email: 'USER7@example.com' }).select('id')],
    [
      'links_deleted',
      read.db.selectFrom('links').select('id').where('deleted_at', '<', 900).orderBy('deleted_at').limit(1),
    ],
  ];
  for (const descending of [false, true]) {
    for (const after of [undefined, { value: 500, id: 9000 }, { value: 0, id: 9000 }]) {
      const { clicked, never } = linkIdsByClicks(read, { filter: {}, descending, ...(after && { after }) });
      questions.push(['link_stats_clicks', clicked.limit(50)]);
      if (descending || after?.value !== 500) questions.push(['links_pkey', never.limit(50)]);
    }
  }
  for (const [index, query] of questions) {
    const plan = await planOf(stores, query);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/\bSort\b|Seq Scan/);
  }
});
