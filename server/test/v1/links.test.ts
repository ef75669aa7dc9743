import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { failure, jsonInit, startV1, type V1App } from './v1-app.ts';

const URL_A = 'https://example.com/a?x=1&y=%20#z';
let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

describe('creating a link', () => {
  test('answers 201 with the link itself, its Location and its ETag', async () => {
    const response = await v1.raw('/v1/links', jsonInit('POST', { url: URL_A, title: 'A', code: 'first-one' }));
    expect(response.status).toBe(201);
    const link = (await response.json()) as Record<string, unknown>;
    expect(link).toMatchObject({
      code: 'first-one',
      url: URL_A,
      title: 'A',
      active: true,
      redirectStatus: 302,
      version: 1,
    });
    expect(link).toMatchObject({ clicks: 0, humanClicks: 0, expiresAt: null, deletedAt: null, lastClickAt: null });
    expect(link.shortUrl).toBe(`${v1.app.baseUrl}/first-one`);
    expect(link.domain).toBe(new URL(v1.app.baseUrl).host);
    expect(response.headers.get('location')).toBe(`/api/v1/links/${link.id}`);
    expect(response.headers.get('etag')).toBe('"1-0-0"');
  });

  test('makes a link that redirects at once, by the status it asks for', async () => {
    const link = await v1.admin.links.create({ url: URL_A, redirectStatus: 307 });
    const response = await fetch(link.shortUrl, { redirect: 'manual' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe(URL_A);
  });

  test('draws another code for the same URL', async () => {
    const [one, two] = await Promise.all([
      v1.admin.links.create({ url: URL_A }),
      v1.admin.links.create({ url: URL_A }),
    ]);
    expect(one.code).not.toBe(two.code);
    expect(one.id).not.toBe(two.id);
  });

  test('keeps times in UTC, whatever the offset they came with', async () => {
    const link = await v1.admin.links.create({ url: URL_A, expiresAt: '2031-01-01T02:30:00.5+02:00' });
    expect(link.expiresAt).toBe('2031-01-01T00:30:00.500Z');
    const past = await v1.admin.links.create({ url: URL_A, expiresAt: '2001-01-01T00:00:00Z' });
    expect((await fetch(past.shortUrl, { redirect: 'manual' })).status).toBe(410);
  });

  test.each([
    [{}, 'invalid_request', 'url'],
    [{ url: 5 }, 'invalid_request', 'url'],
    [{ url: 'ftp://example.com' }, 'invalid_url', 'url'],
    [{ url: 'https://a:b@example.com' }, 'invalid_url', 'url'],
    [{ url: 'https://example.com/a b' }, 'invalid_url', 'url'],
    [{ url: `https://example.com/${'a'.repeat(2048)}` }, 'invalid_url', 'url'],
    [{ url: 'https://example.com/\u0000' }, 'invalid_request', 'url'],
    [{ url: URL_A, code: '12345' }, 'invalid_code', 'code'],
    [{ url: URL_A, code: 'é-é-é' }, 'invalid_code', 'code'],
    [{ url: URL_A, code: 'Health' }, 'reserved_code', 'code'],
    [{ url: URL_A, title: '😀'.repeat(256) }, 'invalid_request', 'title'],
    [{ url: URL_A, title: 'a\ud800' }, 'invalid_request', 'title'],
    [{ url: URL_A, active: 1 }, 'invalid_request', 'active'],
    [{ url: URL_A, expiresAt: '2030-01-01T00:00:00' }, 'invalid_request', 'expiresAt'],
    [{ url: URL_A, expiresAt: '2030-02-30T00:00:00Z' }, 'invalid_request', 'expiresAt'],
    [{ url: URL_A, redirectStatus: 303 }, 'invalid_request', 'redirectStatus'],
    [{ url: URL_A, ownerId: '999999' }, 'invalid_request', 'ownerId'],
    [{ url: URL_A, original_url: 'x' }, 'invalid_request', 'original_url'],
    ['{"url":"https://example.com","__proto__":{}}', 'invalid_request', '__proto__'],
    [[], 'invalid_request', 'body'],
    [null, 'invalid_request', 'body'],
  ])('refuses %j as %s, naming %s', async (body, code, field) => {
    const before = (await v1.admin.links.list({ limit: 1, sort: '-id' })).data[0]?.id;
    const response = await v1.raw('/v1/links', jsonInit('POST', body));
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await response.json()) as { code: string; errors: { field: string }[] };
    expect(problem.code).toBe(code);
    expect(problem.errors.map((error) => error.field)).toContain(field);
    expect((await v1.admin.links.list({ limit: 1, sort: '-id' })).data[0]?.id).toBe(before as string);
  });

  test('takes a title of 255 code points that are two units each', async () => {
    const title = '😀'.repeat(255);
    expect((await v1.admin.links.create({ url: URL_A, title })).title).toBe(title);
  });

  test('names every refused field at once', async () => {
    const error = await failure(v1.admin.links.create({ url: 'nope', code: 'api' }));
    expect(error.errors.map(({ field }) => field)).toEqual(['url', 'code']);
  });

  test('refuses a link to this service itself as self_link', async () => {
    expect(await failure(v1.admin.links.create({ url: `${v1.app.baseUrl}/x` }))).toMatchObject({
      code: 'self_link',
      status: 400,
    });
  });

  test('refuses a code that is taken, also by a deleted link', async () => {
    const link = await v1.admin.links.create({ url: URL_A, code: 'taken-1' });
    expect(await failure(v1.admin.links.create({ url: URL_A, code: 'taken-1' }))).toMatchObject({
      code: 'code_taken',
      status: 409,
    });
    await v1.admin.links.delete(link.id);
    expect(await failure(v1.admin.links.create({ url: URL_A, code: 'taken-1' }))).toMatchObject({ code: 'code_taken' });
  });
});

describe('changing a link', () => {
  test('changes what is named, raises the version, and the next redirect sees it', async () => {
    const link = await v1.admin.links.create({ url: URL_A, title: 'old' });
    await fetch(link.shortUrl, { redirect: 'manual' });
    const changed = await v1.admin.links.update(link.id, { url: 'https://example.com/new' });
    expect(changed).toMatchObject({ title: 'old', url: 'https://example.com/new', version: 2 });
    const response = await fetch(link.shortUrl, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe('https://example.com/new');
  });

  test('null clears a title and an expiry', async () => {
    const link = await v1.admin.links.create({ url: URL_A, title: 'x', expiresAt: '2031-01-01T00:00:00Z' });
    expect(await v1.admin.links.update(link.id, { title: null, expiresAt: null })).toMatchObject({
      title: null,
      expiresAt: null,
    });
  });

  test.each([
    ['"1-0-0"', 200],
    ['"1"', 200],
    ['"1-5-2"', 200],
    ['*', 200],
    ['"7", "1-0-0"', 200],
    ['"7", "8"', 412],
    ['"2-0-0"', 412],
    ['W/"1-0-0"', 412],
    ['1', 412],
    ['nonsense', 412],
  ])('If-Match %s on version 1 answers %d', async (tag, status) => {
    const link = await v1.admin.links.create({ url: URL_A });
    const response = await v1.raw(`/v1/links/${link.id}`, jsonInit('PATCH', { title: 'new' }, { 'If-Match': tag }));
    expect(response.status).toBe(status);
    expect((await v1.admin.links.get(link.id)).title).toBe(status === 200 ? 'new' : null);
  });

  test('a click does not get in the way of an update that holds the ETag from before it', async () => {
    const link = await v1.admin.links.create({ url: URL_A });
    const { headers } = await v1.raw(`/v1/links/${link.id}`);
    await fetch(link.shortUrl, { redirect: 'manual' });
    while ((await v1.admin.links.get(link.id)).clicks === 0) await Bun.sleep(20);
    const tag = headers.get('etag') ?? '';
    expect((await v1.raw(`/v1/links/${link.id}`, { headers: { 'If-None-Match': tag } })).status).toBe(200);
    const changed = await v1.raw(`/v1/links/${link.id}`, jsonInit('PATCH', { title: 'x' }, { 'If-Match': tag }));
    expect(changed.status).toBe(200);
  });

  test.each([
    [{}, 'body'],
    [{ code: 'other' }, 'code'],
    [{ clicks: 5 }, 'clicks'],
    [{ url: null }, 'url'],
    [{ active: null }, 'active'],
  ])('refuses %j, naming %s', async (patch, field) => {
    const link = await v1.admin.links.create({ url: URL_A });
    const response = await v1.raw(`/v1/links/${link.id}`, jsonInit('PATCH', patch));
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: { field: string }[] }).errors[0]?.field).toBe(field);
    expect((await v1.admin.links.get(link.id)).version).toBe(1);
  });
});

describe('reading, deleting and restoring a link', () => {
  test('an unchanged link is 304 for its ETag, a list of them, a weak one, and *', async () => {
    const link = await v1.admin.links.create({ url: URL_A });
    for (const tag of ['"1-0-0"', '"x", "1-0-0"', 'W/"1-0-0"', '*']) {
      const response = await v1.raw(`/v1/links/${link.id}`, { headers: { 'If-None-Match': tag } });
      expect(response.status).toBe(304);
      expect(response.headers.get('etag')).toBe('"1-0-0"');
    }
    expect((await v1.raw(`/v1/links/${link.id}`, { headers: { 'If-None-Match': '"2-0-0"' } })).status).toBe(200);
  });

  test('ids that nothing can have are 404 on every method', async () => {
    for (const id of ['0', '007', '999999999999999', '99999999999999999999', 'abc', '1.5', '%31%00']) {
      expect((await v1.raw(`/v1/links/${id}`)).status).toBe(404);
      expect((await v1.raw(`/v1/links/${id}`, jsonInit('PATCH', { title: 'x' }))).status).toBe(404);
      expect((await v1.raw(`/v1/links/${id}`, { method: 'DELETE' })).status).toBe(404);
    }
  });

  test('a deleted link is hidden, does not redirect, and comes back with its clicks', async () => {
    const link = await v1.admin.links.create({ url: URL_A, title: 'back' });
    await fetch(link.shortUrl, { redirect: 'manual' });
    while ((await v1.admin.links.get(link.id)).clicks === 0) await Bun.sleep(20);
    await v1.admin.links.delete(link.id);
    expect(await failure(v1.admin.links.get(link.id))).toMatchObject({ code: 'not_found', message: 'Link not found' });
    expect(await failure(v1.admin.links.update(link.id, { title: 'x' }))).toMatchObject({
      code: 'not_found',
      message: 'Link not found',
    });
    expect(await failure(v1.admin.links.delete(link.id))).toMatchObject({ code: 'not_found' });
    expect((await fetch(link.shortUrl, { redirect: 'manual' })).status).toBe(404);
    const deleted = await v1.admin.links.list({ deleted: true, sort: '-id' });
    expect(deleted.data[0]).toMatchObject({ id: link.id });
    expect(deleted.data[0]?.deletedAt).toBeString();
    expect((await v1.admin.links.list({ deleted: true, id: link.id })).data).toMatchObject([{ id: link.id }]);
    expect((await v1.admin.links.list({ id: link.id })).data).toEqual([]);
    expect(await v1.admin.links.restore(link.id)).toMatchObject({
      id: link.id,
      title: 'back',
      clicks: 1,
      deletedAt: null,
    });
    expect((await fetch(link.shortUrl, { redirect: 'manual' })).status).toBe(302);
  });

  test('restoring a link that is not deleted is a conflict, an unknown one 404', async () => {
    const link = await v1.admin.links.create({ url: URL_A });
    expect(await failure(v1.admin.links.restore(link.id))).toMatchObject({ code: 'conflict', status: 409 });
    expect(await failure(v1.admin.links.restore('999999'))).toMatchObject({ code: 'not_found' });
  });

  test('a delete with an older version is 412 and deletes nothing', async () => {
    const link = await v1.admin.links.create({ url: URL_A });
    await v1.admin.links.update(link.id, { title: 'newer' });
    expect(await failure(v1.admin.links.delete(link.id, { ifVersion: 1 }))).toMatchObject({
      code: 'precondition_failed',
      status: 412,
    });
    await v1.admin.links.delete(link.id, { ifVersion: 2 });
  });
});

describe('what a form asks', () => {
  test('availability tells why a code is not free', async () => {
    await v1.admin.links.create({ url: URL_A, code: 'not-free' });
    expect(await v1.admin.links.availability('not-free')).toEqual({
      code: 'not-free',
      available: false,
      reason: 'code_taken',
    });
    expect(await v1.admin.links.availability('is-free')).toEqual({ code: 'is-free', available: true, reason: null });
    expect((await v1.admin.links.availability('api')).reason).toBe('reserved_code');
    expect((await v1.admin.links.availability('no')).reason).toBe('invalid_code');
    expect((await v1.raw('/v1/links/availability')).status).toBe(400);
  });

  test('a destination check says what creation would, and shows look-alike hosts in ASCII', async () => {
    expect(await v1.admin.links.check('https://exаmple.com/x')).toEqual({
      ok: true,
      url: 'https://xn--exmple-4nf.com/x',
      displayHost: 'xn--exmple-4nf.com',
      problem: null,
    });
    expect(await v1.admin.links.check('javascript:alert(1)')).toMatchObject({
      ok: false,
      url: null,
      problem: { code: 'invalid_url' },
    });
    expect((await v1.admin.links.check(v1.app.baseUrl)).problem?.code).toBe('self_link');
  });
});
