import { afterAll, beforeAll, expect, test } from 'bun:test';
import { failure, jsonInit, startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

test('a new key works at once; its secret is shown once and kept only as a hash', async () => {
  const key = await v1.admin.keys.create({ name: 'CI', scope: 'read' });
  const secret = key.secret ?? '';
  expect(secret).toMatch(/^wm_[0-9A-Za-z]{36}$/);
  expect(key).toMatchObject({
    name: 'CI',
    scope: 'read',
    prefix: secret.slice(0, 9),
    revokedAt: null,
    expiresAt: null,
  });
  await v1.client(secret).links.list();
  expect(await v1.admin.keys.get(key.id)).not.toHaveProperty('secret');
  expect((await v1.admin.keys.list()).data[0]).not.toHaveProperty('secret');
  expect(JSON.stringify(await v1.app.rows('SELECT * FROM api_keys'))).not.toContain(secret);
});

test('notes when a key was last used', async () => {
  const { id, secret } = await v1.admin.keys.create({ name: 'used', scope: 'read' });
  expect((await v1.admin.keys.get(id)).lastUsedAt).toBeNull();
  await v1.client(secret ?? '').links.list();
  while ((await v1.admin.keys.get(id)).lastUsedAt === null) await Bun.sleep(10);
});

test('a revoked key is refused at once, and revoking again changes nothing', async () => {
  const { id, secret } = await v1.admin.keys.create({ name: 'gone', scope: 'write' });
  const client = v1.client(secret ?? '');
  await client.links.list();
  await v1.admin.keys.revoke(id);
  expect(await failure(client.links.list())).toMatchObject({ code: 'unauthorized', status: 401 });
  const { revokedAt } = await v1.admin.keys.get(id);
  await v1.admin.keys.revoke(id);
  expect((await v1.admin.keys.get(id)).revokedAt).toBe(revokedAt as string);
  expect((await failure(v1.admin.keys.revoke('9999'))).code).toBe('not_found');
  expect((await failure(v1.admin.keys.get('9999'))).code).toBe('not_found');
});

test('a key is refused once it has expired', async () => {
  const expiresAt = new Date(Date.now() + 600).toISOString();
  const { secret } = await v1.admin.keys.create({ name: 'short', scope: 'read', expiresAt });
  const client = v1.client(secret ?? '');
  await client.links.list();
  while (Date.now() <= Date.parse(expiresAt)) await Bun.sleep(50);
  expect((await failure(client.links.list())).code).toBe('unauthorized');
});

test('each scope does what it includes and no more', async () => {
  const secret = async (scope: 'read' | 'write') => (await v1.admin.keys.create({ name: scope, scope })).secret ?? '';
  const read = v1.client(await secret('read'));
  const write = v1.client(await secret('write'));
  await read.links.list();
  await read.links.check('https://example.com');
  expect(await failure(read.links.create({ url: 'https://example.com' }))).toMatchObject({
    code: 'forbidden',
    status: 403,
  });
  const link = await write.links.create({ url: 'https://example.com' });
  expect((await failure(read.links.delete(link.id))).code).toBe('forbidden');
  expect((await failure(read.links.bulk({ delete: [link.id] }))).code).toBe('forbidden');
  expect((await failure(write.keys.list())).code).toBe('forbidden');
  expect((await failure(write.keys.create({ name: 'x', scope: 'admin' }))).code).toBe('forbidden');
  await write.links.delete(link.id);
});

test('a repeated creation makes one key and leaves the secret out', async () => {
  const options = { idempotencyKey: 'key-once' };
  const first = await v1.admin.keys.create({ name: 'once', scope: 'read' }, options);
  const again = await v1.admin.keys.create({ name: 'once', scope: 'read' }, options);
  expect(first.secret).toBeString();
  expect(again).not.toHaveProperty('secret');
  expect(again.id).toBe(first.id);
  await v1.client(first.secret ?? '').links.list();
  expect((await v1.admin.keys.list({ limit: 1000 })).data.filter((key) => key.name === 'once')).toHaveLength(1);
});

test('keys are listed page by page, newest first', async () => {
  const ids: string[] = [];
  for await (const key of v1.admin.keys.iterate({ limit: 2 })) ids.push(key.id);
  expect(ids.length).toBeGreaterThan(4);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => Number(b) - Number(a)));
});

test.each([
  [{ scope: 'read' }, 'name'],
  [{ name: ' ', scope: 'read' }, 'name'],
  [{ name: 'n'.repeat(101), scope: 'read' }, 'name'],
  [{ name: 'x', scope: 'root' }, 'scope'],
  [{ name: 'x', scope: 'read', expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt'],
  [{ name: 'x', scope: 'read', expiresAt: 5 }, 'expiresAt'],
  [{ name: 'x', scope: 'read', secret: 'mine' }, 'secret'],
])('refuses %j, naming %s', async (body, field) => {
  const response = await v1.raw('/v1/keys', jsonInit('POST', body));
  expect(response.status).toBe(400);
  expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
});
