import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { ClassicClient, csvBody, json, type Payload, upload, word } from './client.ts';

let app: AppHere;
let api: ClassicClient;
beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
});
afterAll(() => app[Symbol.asyncDispose]());

const SAMPLE = join(import.meta.dirname, '../../data/sample');
const sample = (name: string) => readFileSync(join(SAMPLE, name), 'utf8');
const HEADER = 'id,username,email,created_at';
const freshId = async (room = 1000) => (await api.user()).id + room;
const row = (id: number | string, username = word('c'), email = `${word('c')}@example.com`) =>
  `${id},${username},${email},2024-03-05 06:07:08`;
const importUsers = (payload: Payload) => api.row('POST /users/bulk', 201, payload);

describe.each([
  ['multipart', (text: string) => upload(text)],
  ['text/csv', (text: string) => csvBody(text)],
])('a file as %s', (_, send) => {
  test('is imported with its ids', async () => {
    const id = await freshId();
    const name = word('c');
    const report = await importUsers(send(`${HEADER}\n${row(id, name)}\n${row(id + 1)}\n`));
    expect(report).toEqual({
      count: 2,
      imported: 2,
      created: 2,
      updated: 0,
      skipped: 0,
      failed: 0,
      warnings: [],
      errors: [],
    } as never);
    expect(await api.row(`GET /users/${id}`, 200)).toMatchObject({ username: name, created_at: '2024-03-05T06:07:08' });
  });

  test('may have a byte order mark, CRLF, quotes, blanks, other columns and any order', async () => {
    const id = await freshId();
    const [name, email] = [word('c'), `${word('c')}@example.com`];
    const text = `\ufeff"Email" , extra,USERNAME,id,created_at\r\n"${email}",x," ${name} ", ${id} ,\r\n`;
    expect(await importUsers(send(text))).toMatchObject({ count: 1, created: 1 });
    expect(await api.row(`GET /users/${id}`, 200)).toMatchObject({ username: name, email });
  });
});

test('bad rows are told by number, and the good ones go in', async () => {
  const id = await freshId();
  const rows = [
    row(id),
    row('x'),
    row(0),
    row(2147483648),
    row(id + 1, ''),
    row(id + 2, 'n', ''),
    `${row(id + 3)},more`,
    `"${id}" x,a,b,c`,
    row(id + 4),
    row(''),
  ];
  const report = await importUsers(csvBody(`${HEADER}\n${rows.join('\n')}\n`));
  expect(report).toMatchObject({ count: 10, imported: 10, created: 3, updated: 0, skipped: 0, failed: 7 });
  const errors = report.errors as { row: number; error: string }[];
  expect(errors.map((entry) => entry.row)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(errors.every(({ error }) => typeof error === 'string' && error !== '')).toBe(true);
  expect((await api.call(`GET /users/${id + 4}`)).status).toBe(200);
});

test('a file can be sent again, and ids of others are left alone', async () => {
  const id = await freshId();
  const name = word('c');
  const text = `${HEADER}\n${row(id, name, 'first@example.com')}\n`;
  expect(await importUsers(csvBody(text))).toMatchObject({ created: 1 });
  expect(await importUsers(csvBody(text.replace('first@', 'second@')))).toMatchObject({ created: 0, updated: 1 });
  expect(await api.row(`GET /users/${id}`, 200)).toMatchObject({ email: 'second@example.com' });
  const stranger = await importUsers(csvBody(`${HEADER}\n${row(id)}\n`));
  expect(stranger).toMatchObject({ count: 1, skipped: 1, warnings: [{ row: 1, warning: expect.any(String) }] });
  expect(await api.row(`GET /users/${id}`, 200)).toMatchObject({ username: name });
});

test('names that repeat are kept, told, and bind what POST makes', async () => {
  const id = await freshId();
  const name = word('twin');
  const report = await importUsers(csvBody(`${HEADER}\n${row(id, name)}\n${row(id + 1, name)}\n`));
  expect(report).toMatchObject({ count: 2, created: 2, warnings: [{ row: 2 }] });
  expect(await api.row(`GET /users/${id + 1}`, 200)).toMatchObject({ username: name });
  expect((await api.call('POST /users', json({ username: name, email: `${word()}@example.com` }))).status).toBe(409);
});

test('the sequence moves past imported ids', async () => {
  const id = await freshId(1);
  await importUsers(csvBody(`${HEADER}\n${[0, 1, 2].map((i) => row(id + i)).join('\n')}\n`));
  expect((await api.user()).id).toBeGreaterThan(id + 2);
});

test.each([
  ['no file', upload('x', 'other')],
  [
    'a broken multipart body',
    { body: 'no edge in sight', headers: { 'Content-Type': 'multipart/form-data; boundary=edge' } },
  ],
  ['multipart without a boundary', { body: 'x', headers: { 'Content-Type': 'multipart/form-data' } }],
  ['an empty file', upload('')],
  ['an empty body', csvBody('')],
  ['no header row', csvBody('\n\n')],
  ['rows without a header', csvBody('1,ann,ann@example.com,2024-01-01\n')],
  ['other columns', csvBody('first,last\nA,B\n')],
  ['a column too few', csvBody('id,username\n1,a\n')],
  ['bytes that are no text', { body: new Uint8Array([0xff, 0xfe, 0, 1]), headers: { 'Content-Type': 'text/csv' } }],
  ['plain text', { body: HEADER, headers: { 'Content-Type': 'text/plain' } }],
  ['a JSON array', json([{ file: 'users.csv' }])],
  ['JSON without a file', json({ row_count: 2 })],
  ['a file that is no name', json({ file: 7 })],
  ['a row_count of 0', json({ file: 'users.csv', row_count: 0 })],
  ['a row_count in words', json({ file: 'users.csv', row_count: '2' })],
  ['a file of another kind', json({ file: 'events.csv' })],
])('%s is refused', async (_, payload) => {
  expect((await api.call('POST /users/bulk', payload)).status).toBe(400);
});

test.each([
  'nobody.csv',
  '../sample/users.csv',
  '/etc/passwd',
  './users.csv',
  'USERS.CSV',
  'users.csv\u0001',
  'constructor',
])('the file %p is 404', async (file) => {
  expect((await api.call('POST /users/bulk', json({ file }))).status).toBe(404);
});

test('an import repeats its answer under an Idempotency-Key', async () => {
  const id = await freshId();
  const rows = Array.from({ length: 1201 }, (_, i) => row(id + i));
  const [payload, key] = [csvBody(`${HEADER}\n${rows.join('\n')}\n`), { 'Idempotency-Key': word('key') }];
  const first = await api.row('POST /users/bulk', 201, payload, key);
  expect(first).toMatchObject({ count: 1201, created: 1201 });
  expect(await api.row('POST /users/bulk', 201, payload, key)).toEqual(first);
});

test('an answer names the first 1,000 bad rows and counts all', async () => {
  const report = await importUsers(csvBody(`${HEADER}\n${'x,y,z,\n'.repeat(3000)}`));
  expect(report).toMatchObject({ count: 3000, failed: 3000 });
  expect(report.errors).toHaveLength(1000);
});

describe('the bundled data set', () => {
  test('is loaded by name, whole or its first rows, and again', async () => {
    await using fresh = await startAppHere();
    const client = new ClassicClient(fresh.baseUrl);
    expect(await client.row('POST /users/bulk', 201, json({ file: 'users.csv', row_count: 25 }))).toMatchObject({
      count: 25,
      created: 25,
    });
    expect(await client.row('POST /users/bulk', 201, json({ file: 'users.csv' }))).toMatchObject({
      count: 400,
      created: 375,
      updated: 25,
      failed: 0,
    });
    const urls = await client.row('POST /urls/import', 201, json({ file: 'urls.csv' }));
    expect(urls).toMatchObject({ count: 2000, imported: 2000, created: 2000, errors: [] });
    const events = await client.row('POST /events/bulk', 201, json({ file: 'events.csv' }));
    expect(events).toMatchObject({ count: 3422, imported: 3422, created: 3422, errors: [] });
    expect((await client.call('GET /events?per_page=1')).headers.get('x-total-count')).toBe('3422');
    expect(await client.rows('GET /users')).toHaveLength(400);
    expect(await client.row('GET /users/35', 200)).toMatchObject({ username: expect.stringMatching(/^\S+$/) });
    const again = await client.row('POST /urls/import', 201, upload(sample('urls.csv')));
    expect(again).toMatchObject({ count: 2000, created: 0, updated: 2000 });
    expect((await client.row('POST /events/bulk', 201, csvBody(sample('events.csv')))).created).toBe(0);
    expect((await client.call('GET /events?per_page=1')).headers.get('x-total-count')).toBe('3422');
  });
});

test('an imported link redirects, and an import never repoints it', async () => {
  const [id, code] = [(await api.url()).id + 500, word('im')];
  const file = (url: string) =>
    csvBody(
      `id,user_id,short_code,original_url,title,is_active,created_at,updated_at\n${id},,${code},${url},"a, b",True,2024-01-01 00:00:00,2024-01-02 00:00:00\n`,
    );
  expect(await api.row('POST /urls/import', 201, file('https://example.com/one'))).toMatchObject({ created: 1 });
  expect((await api.call(`GET /${code}`)).headers.get('location')).toBe('https://example.com/one');
  await api.row('POST /urls/import', 201, file('https://example.com/two'));
  expect((await api.call(`GET /${code}`)).headers.get('location')).toBe('https://example.com/one');
  const bad = await api.row('POST /urls/import', 201, file(`${app.baseUrl}/loop`));
  expect(bad).toMatchObject({
    count: 1,
    failed: 1,
    errors: [{ row: 1, error: expect.stringContaining('original_url') }],
  });
});
