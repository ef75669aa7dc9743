import { expect, test } from 'bun:test';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';
import { newLink } from '../conformance/stores.ts';
import { userStoreConformance } from '../conformance/user-store.ts';
import { SqliteUserCommands } from './user-commands.ts';

userStoreConformance('SQLite', createSqliteStores);

test('a deletion that its caller left behind is finished in the background', async () => {
  const stores = createSqliteStores();
  const user = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
  await stores.linkCommands.createMany(Array.from({ length: 250 }, () => newLink({ ownerId: user.id })));
  await stores.userCommands.delete(user.id, false);
  const commands = stores.harness.commands(new SqliteUserCommands(stores.harness.write));
  while (await commands.resumeDeletions());
  expect(await stores.links.count({})).toEqual({ value: 0, exact: true });
  expect(await stores.userCommands.delete(user.id, true)).toBe(false);
  stores.close();
});
