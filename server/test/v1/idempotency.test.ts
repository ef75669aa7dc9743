import { afterAll, beforeAll, expect, test } from 'bun:test';
import { failure, jsonInit, startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

const create = (body: unknown, key: string) => v1.raw('/v1/links', jsonInit('POST', body, { 'Idempotency-Key': key }));

test('a repeat is answered with the first answer, says so, and makes nothing', async () => {
  const first = await create({ url: 'https://example.com/i1' }, 'a');
  const again = await create({ url: 'https://example.com/i1' }, 'a');
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(await again.json()).toEqual(await first.json());
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('location')).toBe(first.headers.get('location') as string);
  expect((await v1.admin.links.list({ q: '/i1' })).data).toHaveLength(1);
});

test('ten at once make one link', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => create({ url: 'https://example.com/i10' }, 'ten')),
  );
  const statuses = answers.map((answer) => answer.status);
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
  expect((await v1.admin.links.list({ q: '/i10' })).data).toHaveLength(1);
});

test('the same key with another body is 422, and on another route or of another principal its own', async () => {
  const link = (await (await create({ url: 'https://example.com/i2' }, 'b')).json()) as { id: string };
  const other = await create({ url: 'https://example.com/other' }, 'b');
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: 'idempotency_mismatch', errors: [{ field: 'Idempotency-Key' }] });
  await v1.admin.links.delete(link.id);
  expect((await v1.admin.links.restore(link.id, { idempotencyKey: 'b' })).id).toBe(link.id);
  const { secret } = await v1.admin.keys.create({ name: 'other', scope: 'write' });
  const theirs = await v1.client(secret ?? '').links.create({ url: 'https://example.com/i2' }, { idempotencyKey: 'b' });
  expect(theirs.id).not.toBe(link.id);
});

test('a repeated restore of the same link is answered again, one of another link is not', async () => {
  const [one, two] = [
    await v1.admin.links.create({ url: 'https://example.com/r1' }),
    await v1.admin.links.create({ url: 'https://example.com/r2' }),
  ];
  await Promise.all([v1.admin.links.delete(one.id), v1.admin.links.delete(two.id)]);
  const options = { idempotencyKey: 'restore' };
  expect(await v1.admin.links.restore(one.id, options)).toEqual(await v1.admin.links.restore(one.id, options));
  expect((await v1.admin.links.restore(two.id, options)).id).toBe(two.id);
});

test('a refusal is not kept: the same key may be used once the request is mended', async () => {
  await v1.admin.links.create({ url: 'https://example.com', code: 'idem-taken' });
  const body = { url: 'https://example.com', code: 'idem-taken' };
  expect((await failure(v1.admin.links.create(body, { idempotencyKey: 'mended' }))).code).toBe('code_taken');
  const made = await v1.admin.links.create({ ...body, code: 'idem-free' }, { idempotencyKey: 'mended' });
  expect(made.code).toBe('idem-free');
});

test.each([[''], [' '], ['x'.repeat(256)], ['ä']])('the key %j is 400, naming the header', async (key) => {
  const response = await create({ url: 'https://example.com/bad-key' }, key);
  expect(response.status).toBe(400);
  expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe('Idempotency-Key');
  expect((await v1.admin.links.list({ q: '/bad-key' })).data).toHaveLength(0);
});
