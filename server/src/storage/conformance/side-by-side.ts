import { expect } from 'bun:test';
import { IMPORT_ROWS_MAX, type ImportLinkRow, type ImportUserRow } from '../../links/import-rows.ts';
import { AppError } from '../../platform/app-error.ts';
import { type MakeStores, newLink, type Stores } from './stores.ts';
import { refused, storeSuite } from './suite.ts';
import { deleteUser } from './user-store.ts';

const AT_ONCE = 12;

const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index));
const atOnce = <T>(n: number, run: (index: number) => Promise<T>) => Promise.allSettled(times(n, run));

/** Codes of the refusals, and how many went well. */
function summary(results: PromiseSettledResult<unknown>[]): { done: number; refused: string[] } {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  for (const reason of reasons) if (!(reason instanceof AppError)) throw reason;
  return { done: results.length - reasons.length, refused: reasons.map((reason) => (reason as AppError).code) };
}

const userRow = (id: number, given: Partial<ImportUserRow> = {}): ImportUserRow => ({
  row: id,
  id,
  username: `user${id}`,
  email: `user${id}@example.com`,
  createdAt: null,
  ...given,
});

const linkRow = (id: number): ImportLinkRow => ({
  row: id,
  id,
  userId: null,
  code: `code${id}`,
  url: 'https://example.com/',
  title: null,
  active: true,
  createdAt: null,
  updatedAt: null,
});

const liveLinks = (stores: Stores) => stores.links.list({ filter: {}, sort: 'id', descending: false, limit: 5000 });

/** What every adapter does when commands come at the same moment, as they do from several servers. */
export function sideBySideConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: commands at once`, make, {
    'of those who want one name, one has it': async (stores) => {
      const results = await atOnce(AT_ONCE, (n) =>
        stores.userCommands.create({ username: 'ann', email: `ann${n}@example.com` }),
      );
      expect(summary(results)).toEqual({ done: 1, refused: new Array(AT_ONCE - 1).fill('username_taken') });
      expect(await stores.users.count({})).toEqual({ value: 1, exact: true });
      expect((await stores.users.list({}, 99, 0)).length).toBe(1);
    },
    'of those who rename themselves to one name, one does': async (stores) => {
      const users = await Promise.all(
        times(AT_ONCE, (n) => stores.userCommands.create({ username: `u${n}`, email: `u${n}@example.com` })),
      );
      const results = await atOnce(AT_ONCE, (n) => stores.userCommands.update(users[n]?.id ?? 0, { username: 'ann' }));
      expect(summary(results)).toEqual({ done: 1, refused: new Array(AT_ONCE - 1).fill('username_taken') });
      expect((await stores.users.list({ username: 'ann' }, 99, 0)).length).toBe(1);
    },
    'of those who want one code, one has it': async (stores) => {
      const results = await atOnce(AT_ONCE, () => stores.linkCommands.create(newLink({ code: 'wanted' })));
      expect(summary(results)).toEqual({ done: 1, refused: new Array(AT_ONCE - 1).fill('code_taken') });
      expect(await stores.links.count({})).toEqual({ value: 1, exact: true });
      expect(await stores.events.count({ type: 'created' })).toEqual({ value: 1, exact: true });
    },
    'codes wanted in opposite orders go to one each, and every creation is answered': async (stores) => {
      const codes = times(30, (n) => `code-${n}`);
      const results = await Promise.all(
        times(6, (n) =>
          stores.linkCommands.createMany((n % 2 ? codes.toReversed() : codes).map((code) => newLink({ code }))),
        ),
      );
      const made = results.flat().flatMap((result) => (result.ok ? [result.value.code] : []));
      expect(made.toSorted()).toEqual(codes.toSorted());
      expect(await stores.links.count({})).toEqual({ value: codes.length, exact: true });
    },
    'bulk updates of the same links in opposite orders all come to their end': async (stores) => {
      const made = await stores.linkCommands.createMany(times(20, () => newLink()));
      const ids = made.flatMap((result) => (result.ok ? [result.value.id] : []));
      const rounds = 8;
      const results = await Promise.all(
        times(rounds, (n) =>
          stores.linkCommands.bulk({
            creates: [],
            updates: (n % 2 ? ids.toReversed() : ids).map((id) => ({ id, patch: { title: `t${n}` }, ifVersion: null })),
            deletes: [],
            restores: [],
          }),
        ),
      );
      expect(results.flatMap(({ updates }) => updates).every(({ ok }) => ok)).toBe(true);
      const links = await liveLinks(stores);
      expect(new Set(links.map(({ version }) => version))).toEqual(new Set([1 + rounds]));
      expect(await stores.events.count({ type: 'updated' })).toEqual({ value: rounds * ids.length, exact: true });
    },
    'of those who update one version, one does': async (stores) => {
      const link = await stores.linkCommands.create(newLink());
      const results = await atOnce(AT_ONCE, (n) =>
        stores.linkCommands.update(link.id, { title: `t${n}` }, link.version),
      );
      expect(summary(results)).toEqual({ done: 1, refused: new Array(AT_ONCE - 1).fill('precondition_failed') });
    },
    'a link and an event are deleted once': async (stores) => {
      const link = await stores.linkCommands.create(newLink());
      const event = await stores.eventCommands.post({ type: 'view', linkId: link.id, userId: null, details: {} });
      const events = await atOnce(AT_ONCE, () => stores.eventCommands.delete(event.id));
      expect(summary(events).done).toBe(1);
      const links = await atOnce(AT_ONCE, () => stores.linkCommands.delete(link.id, null));
      expect(summary(links).done).toBe(1);
      expect(await stores.links.count({})).toEqual({ value: 0, exact: true });
      expect(await stores.events.count({})).toEqual({ value: 1, exact: true });
    },
    'an id that a file brings is never drawn by whoever creates meanwhile': async (stores) => {
      await stores.linkCommands.create(newLink());
      await stores.userCommands.create({ username: 'first', email: 'first@example.com' });
      // Ids just ahead of what is drawn next, so that both want the same ones.
      const ahead = times(40, (n) => n + 3);
      const [links, users, ...posts] = await Promise.all([
        Promise.all(times(4, (n) => stores.imports.links(ahead.slice(n * 10, n * 10 + 10).map(linkRow)))),
        Promise.all(times(4, (n) => stores.imports.users(ahead.slice(n * 10, n * 10 + 10).map((id) => userRow(id))))),
        ...times(40, () => stores.linkCommands.create(newLink())),
        ...times(40, (n) => stores.userCommands.create({ username: `p${n}`, email: `p${n}@example.com` })),
      ]);
      const lost = (results: { id: number | null; outcome: string }[]) =>
        results.filter(({ outcome }) => outcome !== 'created' && outcome !== 'skipped');
      expect(lost(links.flat()).concat(lost(users.flat()))).toEqual([]);
      expect(posts.length).toBe(80);
      const made = await liveLinks(stores);
      expect(await stores.links.count({})).toEqual({ value: made.length, exact: true });
      expect(made.filter(({ code }) => code.startsWith('code')).every(({ id, code }) => code === `code${id}`)).toBe(
        true,
      );
      // Far ahead nobody is in the way: every row goes in, and ids are drawn beyond them from then on.
      const far = times(50, (n) => 5000 + n);
      const [imported] = await Promise.all([
        stores.imports.links(far.map(linkRow)),
        ...times(40, () => stores.linkCommands.create(newLink())),
      ]);
      expect(imported.map(({ outcome }) => outcome)).toEqual(far.map(() => 'created'));
      expect((await stores.linkCommands.create(newLink())).id).toBeGreaterThan(5049);
    },
    'one file sent twice at once goes in once': async (stores) => {
      const rows = times(100, (n) => linkRow(n + 1));
      const results = await Promise.all([stores.imports.links(rows), stores.imports.links(rows)]);
      const outcomes = results.map((result) => new Set(result.map(({ outcome }) => outcome)));
      expect(outcomes.map((set) => [...set].join()).toSorted()).toEqual(['created', 'updated']);
      const users = times(100, (n) => userRow(n + 1, { username: 'ann' }));
      await Promise.all([stores.imports.users(users), stores.imports.users(users.toReversed())]);
      expect(await stores.users.count({})).toEqual({ value: 100, exact: true });
      expect(await stores.links.count({})).toEqual({ value: 100, exact: true });
      await refused(stores.userCommands.create({ username: 'ann', email: 'x@example.com' }), 'username_taken');
    },
    'a name whose bearers all go at once is free': async (stores) => {
      const ids = times(AT_ONCE, (n) => n + 1);
      await stores.imports.users(ids.map((id) => userRow(id, { username: 'ann', email: 'ann@example.com' })));
      await Promise.all(
        ids.map((id) =>
          id % 2
            ? deleteUser(stores, id)
            : stores.userCommands.update(id, { username: `n${id}`, email: `n${id}@x.example` }),
        ),
      );
      expect((await stores.userCommands.create({ username: 'ann', email: 'Ann@example.com' })).username).toBe('ann');
    },
    'what is made for a user who goes at the same moment is refused or goes too': async (stores) => {
      const user = await stores.userCommands.create({ username: 'ann', email: 'ann@example.com' });
      const other = await stores.linkCommands.create(newLink());
      const [made] = await Promise.all([
        atOnce<unknown>(AT_ONCE, (n) =>
          n % 2
            ? stores.linkCommands.create(newLink({ ownerId: user.id }))
            : stores.eventCommands.post({ type: 'view', linkId: other.id, userId: user.id, details: {} }),
        ),
        deleteUser(stores, user.id),
      ]);
      expect(new Set(summary(made).refused).size).toBeLessThanOrEqual(1);
      await stores.imports.users([userRow(user.id)]);
      expect(await stores.links.count({ ownerId: user.id })).toEqual({ value: 0, exact: true });
      expect(await stores.events.list({ userId: user.id }, { limit: 99 })).toEqual([]);
      expect(await stores.events.count({ userId: user.id })).toEqual({ value: 0, exact: true });
    },
    'rows of an import job are written once by servers that work on it together': async (stores) => {
      const { id } = await stores.importJobCommands.create({ fileName: null });
      const found = { columns: [], mapping: {}, rowCount: 1, sampleRows: [], problems: [], problemCount: 0 };
      await stores.importJobCommands.setPreview(id, found);
      await stores.importJobCommands.start(id);
      const results = await atOnce(4, () => stores.importJobCommands.step(id, [{ row: 1, link: newLink() }], false));
      expect(summary(results)).toEqual({ done: 1, refused: ['conflict', 'conflict', 'conflict'] });
      expect(await stores.links.count({})).toEqual({ value: 1, exact: true });
    },
  });

  storeSuite(`${name}: what a database may not hold`, make, {
    'an id that no row can have is not found': async (stores) => {
      for (const id of [IMPORT_ROWS_MAX, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        expect(await stores.links.get(id)).toBeNull();
        expect(await stores.users.get(id)).toBeNull();
        expect(await stores.keys.get(id)).toBeNull();
        expect(await stores.events.get(id)).toBeNull();
        expect(await stores.importJobs.get(id)).toBeNull();
        expect(await stores.links.count({ ids: [id] })).toEqual({ value: 0, exact: true });
        expect(await stores.links.list({ filter: { ownerId: id }, sort: 'id', descending: false, limit: 1 })).toEqual(
          [],
        );
        expect(await stores.events.count({ linkId: id })).toEqual({ value: 0, exact: true });
        expect(await stores.events.list({ userId: id }, { limit: 1 })).toEqual([]);
        await refused(stores.linkCommands.update(id, { title: 'x' }, null), 'not_found');
        await refused(stores.linkCommands.restore(id), 'not_found');
        await refused(stores.linkCommands.create(newLink({ ownerId: id })), 'not_found');
        await refused(stores.userCommands.update(id, {}), 'not_found');
        await refused(stores.userCommands.delete(id, false), 'not_found');
        await refused(stores.eventCommands.delete(id), 'not_found');
        await refused(stores.eventCommands.post({ type: 'x', linkId: id, userId: null, details: {} }), 'not_found');
        await refused(stores.keyCommands.revoke(id), 'not_found');
        await refused(stores.importJobCommands.start(id), 'not_found');
        await stores.keyCommands.touch([{ id, at: 1 }]);
      }
    },
    'U+0000 is kept whole or refused, and nothing is left of what was refused': async (stores) => {
      const title = 'a\0b';
      const made = await stores.linkCommands.create(newLink({ title })).catch((error: unknown) => error);
      if (made instanceof Error) {
        expect(made).toMatchObject({ code: 'invalid_request' });
        expect(await stores.links.count({})).toEqual({ value: 0, exact: true });
        expect(await stores.events.count({})).toEqual({ value: 0, exact: true });
        await refused(stores.links.getByCode(1, title), 'invalid_request');
      } else {
        expect(made).toMatchObject({ title });
        expect(await stores.links.getByCode(1, title)).toBeNull();
      }
    },
  });
}
