import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type AppHere, startAppHere } from '../start-app-here.ts';
import { type Answer, ClassicClient, type Payload } from './client.ts';

let app: AppHere;
let api: ClassicClient;
beforeAll(async () => {
  app = await startAppHere();
  api = new ClassicClient(app.baseUrl);
  const user = await api.user();
  for (let i = 0; i < 5; i++) await api.url({ user_id: user.id });
});
afterAll(() => app[Symbol.asyncDispose]());

const RUNS = { numRuns: 250 };
const DOCUMENTED = [200, 201, 204, 302, 400, 404, 405, 409, 410, 413, 422, 501];

/** The server answers as the contract says, still answers after it, and has met nothing that it did not expect. */
async function expectDocumented(answer: Promise<Answer>): Promise<void> {
  const { status, text } = await answer;
  expect({ documented: DOCUMENTED.includes(status), status, text: text.slice(0, 300) }).toMatchObject({
    documented: true,
  });
}

afterAll(() => {
  expect(app.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('', ' ', '\0', '\ud800', '1', 'true', 'null', '__proto__', 'constructor'),
);
const anyId = fc.oneof(
  fc.integer({ min: -2, max: 8 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(2 ** 31, 2 ** 53, 1.5),
);
const anyUrl = fc.oneof(
  fc.webUrl(),
  fc.string({ unit: 'binary' }).map((tail) => `https://example.com/${tail}`),
  fc.webUrl({ withFragments: true }).map((url) => url.replace('//', '//a@')),
);
const anyTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-02-30', '0000-01-01T00:00:00+14:00', '2026-04-03T12:00:00'),
);
const anyValue = fc.oneof(
  { weight: 3, arbitrary: anyText },
  anyId,
  anyUrl,
  anyTime,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);

const FIELDS = [
  'username',
  'email',
  'original_url',
  'url',
  'long_url',
  'user_id',
  'title',
  'short_code',
  'custom_alias',
  'expires_at',
  'is_active',
  'event_type',
  'url_id',
  'details',
  'urls',
  'file',
  'row_count',
  '__proto__',
  'toString',
];
const nearlyRight = fc.record(
  {
    username: fc.oneof(anyText, fc.string({ minLength: 1 })),
    email: fc.oneof(anyText, fc.emailAddress()),
    original_url: fc.oneof({ weight: 4, arbitrary: anyUrl }, anyValue),
    user_id: anyId,
    title: anyValue,
    short_code: fc.oneof(anyText, fc.stringMatching(/^[\w-]{3,10}$/)),
    expires_at: fc.oneof(anyTime, anyValue),
    is_active: fc.oneof(fc.boolean(), anyValue),
    event_type: fc.oneof(fc.string({ minLength: 1, maxLength: 70 }), anyValue),
    url_id: anyId,
    details: fc.oneof(fc.dictionary(anyText, fc.jsonValue()), anyValue),
    urls: fc.array(fc.oneof(fc.record({ url: anyUrl }), anyValue), { maxLength: 5 }),
    file: fc.oneof(fc.constantFrom('users.csv', '../users.csv', 'urls.csv'), anyText),
    row_count: fc.oneof(fc.integer({ min: -1, max: 3 }), anyValue),
  },
  { requiredKeys: [] },
);
const wild = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), anyText), anyValue, { maxKeys: 6 });
const anyBody = fc.oneof(
  nearlyRight.map((body) => JSON.stringify(body)),
  wild.map((body) => JSON.stringify(body)),
  fc.json(),
  fc.string({ unit: 'binary' }),
);
const anyType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'text/csv',
    'text/plain',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'application/json; charset=x',
    'application/vnd.api+json',
    '/',
    ';',
  ),
);

/** Printable, as header values have to be to leave a client at all. */
const headerText = fc.stringMatching(/^[\x21-\x7e]{0,40}$/);
const anyHeaders = fc.record(
  {
    'Idempotency-Key': fc.oneof(headerText, fc.constantFrom('k', 'a'.repeat(300))),
    'X-Request-Id': fc.oneof(headerText, fc.constant('r'.repeat(200))),
    Accept: fc.oneof(headerText, fc.constantFrom('*/*', 'application/json', 'application/xml')),
    Authorization: headerText.map((text) => `Bearer ${text}`),
    'X-API-Token': headerText,
    'If-None-Match': headerText,
    Range: headerText,
    Cookie: headerText,
    'Content-Encoding': fc.constantFrom('identity', 'gzip', 'br'),
  },
  { requiredKeys: [] },
);

const segment = fc.oneof(
  fc.constantFrom(
    '1',
    '2',
    '3',
    '0',
    '-1',
    '007',
    '99999999999999999999',
    '1.5',
    '%00',
    '%ff',
    '..%2f',
    'bulk',
    'import',
    'short',
  ),
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
);
const WRITES = [
  'POST /users',
  'POST /users/bulk',
  'POST /urls',
  'POST /shorten',
  'POST /urls/bulk',
  'POST /urls/import',
  'POST /events',
  'POST /events/bulk',
  'POST /auth/login',
  'POST /auth/logout',
];
const UPDATES = ['PUT /users/', 'PATCH /users/', 'PUT /urls/', 'PATCH /urls/', 'DELETE /events/', 'DELETE /no-such/'];
const READS = [
  '/users',
  '/users/',
  '/urls',
  '/urls/1/events',
  '/urls/1/analytics',
  '/urls/1/stats',
  '/urls/1/qr',
  '/urls/2/risk',
  '/users/1/urls',
  '/users/1/events',
  '/events',
  '/events/',
  '/urls/',
  '/r/',
  '/s/',
  '/urls/short/',
  '/',
  '/auth/me',
  '/health-demo',
];

test.each(WRITES)(
  '%s answers any body and any headers as documented',
  async (line) => {
    await fc.assert(
      fc.asyncProperty(anyBody, anyType, anyHeaders, (body, type, headers) => {
        const payload: Payload = { body: new TextEncoder().encode(body), headers: { 'Content-Type': type } };
        return expectDocumented(api.call(line, payload, headers));
      }),
      RUNS,
    );
  },
  60_000,
);

test.each(UPDATES)(
  '%s answers any id and any body as documented',
  async (line) => {
    await fc.assert(
      fc.asyncProperty(segment, anyBody, anyType, anyHeaders, (id, body, type, headers) => {
        const payload: Payload = { body: new TextEncoder().encode(body), headers: { 'Content-Type': type } };
        return expectDocumented(api.call(line + id, payload, headers));
      }),
      RUNS,
    );
  },
  60_000,
);

const QUERY = [
  'page',
  'per_page',
  'limit',
  'user_id',
  'url_id',
  'is_active',
  'short_code',
  'title',
  'username',
  'email',
  'event_type',
  'format',
  'x',
];
const queryValue = fc.oneof(
  anyText,
  anyId.map(String),
  fc.constantFrom('true', 'FALSE', '0', '1', 'svg', '1000', '1001', '%', '%zz', '%ED%A0%80'),
);
const anyQuery = fc
  .array(fc.tuple(fc.constantFrom(...QUERY), queryValue), { maxLength: 4 })
  .map((pairs) =>
    pairs
      .map(([name, value]) => `${name}=${value.startsWith('%') ? value : encodeURIComponent(value.toWellFormed())}`)
      .join('&'),
  );

test.each(READS)(
  'GET %s answers any path, query and headers as documented',
  async (path) => {
    await fc.assert(
      fc.asyncProperty(segment, anyQuery, anyHeaders, fc.boolean(), (id, query, headers, head) => {
        const target = path.length > 1 && path.endsWith('/') ? path + id : path;
        return expectDocumented(api.call(`${head ? 'HEAD' : 'GET'} ${target}?${query}`, undefined, headers));
      }),
      RUNS,
    );
  },
  60_000,
);

const cell = fc.oneof(
  anyText,
  fc.constantFrom(
    '"',
    '""',
    '"a"b',
    '1',
    '2147483648',
    'True',
    '{"a":1}',
    '{',
    '2026-04-03 12:00:00',
    'https://example.com/',
    'abcdef',
  ),
);
const COLUMNS = {
  '/users/bulk': 'id,username,email,created_at',
  '/urls/import': 'id,user_id,short_code,original_url,title,is_active,created_at,updated_at',
  '/events/bulk': 'id,url_id,user_id,event_type,timestamp,details',
};

test.each(Object.entries(COLUMNS))(
  'POST %s answers for every row of any file',
  async (path, header) => {
    const width = header.split(',').length;
    const line = fc.array(cell, { minLength: width - 1, maxLength: width + 1 }).map((cells) => cells.join(','));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
        const body = new TextEncoder().encode([header, ...lines].join('\n'));
        const answer = await api.call(`POST ${path}`, { body, headers: { 'Content-Type': 'text/csv' } });
        expect(answer.status).toBe(201);
        const { count, imported, created, updated, skipped, errors } = answer.body as Record<string, number> & {
          errors: unknown[];
        };
        expect([imported, created, updated, skipped].every(Number.isInteger)).toBe(true);
        expect((created ?? 0) + (updated ?? 0) + (skipped ?? 0) + (errors as unknown[]).length).toBe(count ?? -1);
      }),
      RUNS,
    );
  },
  60_000,
);
