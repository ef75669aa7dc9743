import { afterAll, beforeAll, expect, test } from 'bun:test';
import { failure, jsonInit, startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

test('creates, changes and deletes in one request, with a result for each in order', async () => {
  const [one, two] = [
    await v1.admin.links.create({ url: 'https://example.com/1' }),
    await v1.admin.links.create({ url: 'https://example.com/2' }),
  ];
  const result = await v1.admin.links.bulk({
    create: [{ url: 'https://example.com/3', code: 'bulk-3' }, { url: 'https://example.com/4' }],
    update: [{ id: one.id, version: 1, active: false }],
    delete: [two.id],
  });
  expect(result).toMatchObject({ succeeded: 4, failed: 0 });
  expect(result.create.map((outcome) => outcome.status)).toEqual([201, 201]);
  expect(result.create[0]?.link).toMatchObject({ code: 'bulk-3', url: 'https://example.com/3' });
  expect(result.update[0]).toMatchObject({
    index: 0,
    status: 200,
    link: { id: one.id, active: false, version: 2 },
    error: null,
  });
  expect(result.delete[0]).toEqual({ index: 0, status: 204, link: null, error: null });
  expect((await fetch(one.shortUrl, { redirect: 'manual' })).status).toBe(404);
  expect((await fetch(two.shortUrl, { redirect: 'manual' })).status).toBe(404);
});

test('takes a bulk deletion back, and says of what can not be', async () => {
  const made = await v1.admin.links.bulk({
    create: [{ url: 'https://example.com/a' }, { url: 'https://example.com/b' }],
  });
  const links = made.create.flatMap(({ link }) => link ?? []);
  const ids = links.map(({ id }) => id);
  await v1.admin.links.bulk({ delete: ids });
  const response = await v1.raw('/v1/links/bulk', jsonInit('POST', { restore: [...ids, ids[0], '999999', 7] }));
  const result = (await response.json()) as Awaited<ReturnType<V1App['admin']['links']['bulk']>>;
  expect(result).toMatchObject({ succeeded: 2, failed: 3, create: [], update: [], delete: [] });
  expect(result.restore.map(({ status }) => status)).toEqual([200, 200, 409, 404, 400]);
  expect(result.restore.map(({ error }) => error?.code ?? null)).toEqual([
    null,
    null,
    'conflict',
    'not_found',
    'invalid_request',
  ]);
  expect(result.restore[0]?.link).toMatchObject({ id: ids[0], version: 3 });
  for (const { shortUrl } of links) expect((await fetch(shortUrl, { redirect: 'manual' })).status).toBe(302);
});

test('what is refused does not stop the rest, and says why', async () => {
  const link = await v1.admin.links.create({ url: 'https://example.com/1', code: 'bulk-taken' });
  const response = await v1.raw(
    '/v1/links/bulk',
    jsonInit('POST', {
      create: [
        { url: 'nope' },
        'text',
        { url: 'https://example.com', code: 'bulk-taken' },
        { url: 'https://example.com', ownerId: '999' },
        { url: 'https://example.com', extra: 1 },
        { url: 'https://example.com/good' },
      ],
      update: [
        { id: link.id },
        { id: link.id, version: 9, title: 'x' },
        { id: '999999', title: 'x' },
        { id: link.id, title: 'ok' },
      ],
      delete: ['999999', 5, link.id],
    }),
  );
  expect(response.status).toBe(200);
  const result = (await response.json()) as Awaited<ReturnType<V1App['admin']['links']['bulk']>>;
  const codes = (outcomes: { error: { code: string } | null }[]) =>
    outcomes.map((outcome) => outcome.error?.code ?? null);
  expect(codes(result.create)).toEqual([
    'invalid_url',
    'invalid_request',
    'code_taken',
    'invalid_request',
    'invalid_request',
    null,
  ]);
  expect(codes(result.update)).toEqual(['invalid_request', 'precondition_failed', 'not_found', null]);
  expect(codes(result.delete)).toEqual(['not_found', 'invalid_request', null]);
  expect(result).toMatchObject({ succeeded: 3, failed: 10 });
  expect(result.create.map((outcome) => outcome.index)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(result.create[0]?.error?.errors).toEqual([{ field: 'url', message: expect.any(String) }]);
  expect(result.update[2]).toMatchObject({ status: 404, error: { message: 'Link not found' } });
  expect(result.create[5]?.link?.url).toBe('https://example.com/good');
});

test.each([
  [{}, 'body'],
  [{ create: [] }, 'body'],
  [{ create: {} }, 'create'],
  [{ remove: ['1'] }, 'remove'],
  [{ create: Array.from({ length: 600 }, () => ({})), delete: Array.from({ length: 401 }, () => '1') }, 'body'],
])('refuses a bulk that is none: %#', async (body, field) => {
  const response = await v1.raw('/v1/links/bulk', jsonInit('POST', body));
  expect(response.status).toBe(400);
  expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
});

test('takes 1,000 operations', async () => {
  const create = Array.from({ length: 1000 }, (_, i) => ({ url: `https://example.com/${i}` }));
  const result = await v1.admin.links.bulk({ create });
  expect(result).toMatchObject({ succeeded: 1000, failed: 0 });
  expect(result.create.map((outcome) => outcome.link?.url)).toEqual(create.map((link) => link.url));
});

test('a repeat under the same Idempotency-Key answers the same and does nothing again', async () => {
  const bulk = { create: [{ url: 'https://example.com/once' }] };
  const first = await v1.admin.links.bulk(bulk, { idempotencyKey: 'bulk-1' });
  expect(await v1.admin.links.bulk(bulk, { idempotencyKey: 'bulk-1' })).toEqual(first);
  expect((await v1.admin.links.list({ q: '/once' })).data).toHaveLength(1);
  expect((await failure(v1.admin.links.bulk({ delete: ['1'] }, { idempotencyKey: 'bulk-1' }))).code).toBe(
    'idempotency_mismatch',
  );
});
