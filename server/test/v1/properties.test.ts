import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import document from '../../../contract/openapi.json' with { type: 'json' };
import { TEST_API_KEY } from '../start-app.ts';
import { IS_SCALED } from '../test-shape.ts';
import { startV1, type V1App } from './v1-app.ts';

interface Operation {
  tags: string[];
  parameters?: { name: string; in: string; schema?: { enum?: string[] } }[];
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<string, unknown>;
}

interface Request {
  id: string;
  query: [string, string][];
  headers: Record<string, string>;
  contentType: string;
  body: string;
}

const CORE = new Set(['Links', 'Events', 'API keys', 'Sessions', 'Analytics', 'Imports', 'System']);
const RUNS = 60;

const operations = Object.entries(document.paths as unknown as Record<string, Record<string, Operation>>).flatMap(
  ([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => CORE.has(operation.tags[0] ?? ''))
      .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method, path, operation })),
);

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
  for (let i = 0; i < 12; i++) await v1.admin.links.create({ url: `https://example.com/${i}`, code: `prop-${i}` });
  for (let i = 0; i < 3; i++) await v1.admin.keys.create({ name: `key ${i}`, scope: 'read' });
  for (let i = 0; i < 3; i++) await v1.admin.session.signIn({ apiKey: TEST_API_KEY });
  for (const id of ['1', '2', '3']) await v1.admin.links.delete(id);
});
afterAll(() => v1[Symbol.asyncDispose]());

/** Everything that a refused write might have left behind. */
function traces(): Promise<unknown> {
  // PostgreSQL's sequences go on with every try, as they should.
  const nextEvent = IS_SCALED ? '0' : `(SELECT next FROM sequences WHERE name = 'event')`;
  return v1.app.rows(
    `SELECT (SELECT count(*) FROM links) AS a, (SELECT sum(version) FROM links) AS b, (SELECT count(*) FROM links WHERE deleted_at IS NULL) AS c,
        (SELECT sum(updated_at) FROM links) AS d, (SELECT count(*) FROM events) AS e, ${nextEvent} AS f,
        (SELECT count(*) FROM api_keys) AS g, (SELECT count(revoked_at) FROM api_keys) AS h, (SELECT count(*) FROM idempotency) AS i,
        (SELECT count(*) FROM sessions) AS l, (SELECT count(*) FROM sign_in_links) AS m,
        (SELECT sum(n) FROM counters WHERE kind IN ('users', 'links', 'links_by_owner', 'events', 'events_by_user', 'events_by_type')) AS j, (SELECT sum(n) FROM event_counts) AS k`,
  );
}

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e9',
    '\u0000',
    '\ud800',
    '9'.repeat(30),
    '💥',
    "'; DROP TABLE links;--",
    '../..',
    'null',
    '{}',
    'true',
  ),
);
const goodText = fc.constantFrom(
  'https://example.com/x',
  'https://пример.рф/',
  'http://[::1]:9/',
  'prop-5',
  'new-code',
  'read',
  'admin',
  '5',
  '7',
  '2031-01-01T00:00:00Z',
  '2001-12-31T23:59:60Z',
);
const anyValue = fc.oneof(
  { weight: 4, arbitrary: goodText },
  { weight: 2, arbitrary: oddText },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 0, 1, 301, 302, -1, 1.5, 1e308, 2 ** 53, [], {}) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

function fieldsOf(operation: Operation): string[] {
  const reference = operation.requestBody?.content['application/json']?.schema.$ref?.split('/').pop();
  const schemas = document.components.schemas as Record<string, { properties?: object }>;
  return Object.keys((reference && schemas[reference]?.properties) || {});
}

function objectOf(fields: string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const named = fc.subarray(fields).chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, value]))));
  const extra = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(oddText, anyValue, { maxKeys: 2 }) },
  );
  return fc.tuple(named, extra).map(([a, b]) => ({ ...a, ...b }));
}

function bodyOf(operation: Operation): fc.Arbitrary<string> {
  const fields = fieldsOf(operation);
  if (fields.length === 0) return fc.constant('');
  const item = fc.oneof(
    objectOf(['id', 'version', 'url', 'code', 'title', 'active', 'expiresAt', 'ownerId'], anyValue),
    anyValue,
  );
  const value = fields.includes('create') ? fc.oneof(fc.array(item, { maxLength: 4 }), anyValue) : anyValue;
  return fc.oneof(
    { weight: 8, arbitrary: objectOf(fields, value).map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.jsonValue().map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((body) => body.toWellFormed()) },
  );
}

/** What a header can carry at all. */
const headerText = fc
  .oneof(
    fc.constantFrom('*', '"1"', '"1-0-0"', '"1", "2"', 'W/"1"', '', ',', '""', 'key-1', 'key-2'),
    fc.string({ maxLength: 300 }),
  )
  .map((value) => value.replace(/[^\x20-\x7e]/g, '~').trim());

function requestOf(operation: Operation): fc.Arbitrary<Request> {
  const parameters = operation.parameters ?? [];
  const queryNames = parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name);
  const values = fc.oneof(
    goodText,
    oddText,
    fc.constantFrom('true', 'false', '10', ...parameters.flatMap((p) => p.schema?.enum ?? [])),
  );
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...queryNames, 'limit') },
    { weight: 1, arbitrary: oddText },
  );
  const headerNames = parameters.filter((parameter) => parameter.in === 'header').map((parameter) => parameter.name);
  return fc.record({
    id: fc.oneof(
      fc.integer({ min: 0, max: 60 }).map(String),
      fc.constantFrom('00', '99999999999999999999', 'x', '1x', '-1', '%00', '1%2f2'),
    ),
    query: fc.oneof(
      { weight: 5, arbitrary: fc.constant<[string, string][]>([]) },
      { weight: queryNames.length > 0 ? 15 : 1, arbitrary: fc.array(fc.tuple(name, values), { maxLength: 4 }) },
    ),
    headers: fc
      .subarray(headerNames)
      .chain((names) => fc.record(Object.fromEntries(names.map((header) => [header, headerText])))),
    contentType: fc.oneof(
      { weight: 12, arbitrary: fc.constant('application/json') },
      { weight: 1, arbitrary: fc.constantFrom('text/plain', '', 'application/json; charset=latin1') },
    ),
    body: bodyOf(operation),
  });
}

test.each(operations.map((each) => [each.name, each] as const))(
  '%s answers anything with a documented status, never a 500, and a refusal changes nothing',
  async (_, { method, path, operation }) => {
    await fc.assert(
      fc.asyncProperty(requestOf(operation), async ({ id, query, headers, contentType, body }) => {
        const search = new URLSearchParams(
          query.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
        ).toString();
        const before = await traces();
        const response = await v1.raw(`${path.replace('{id}', id)}${search === '' ? '' : `?${search}`}`, {
          method: method.toUpperCase(),
          headers: { ...headers, ...(operation.requestBody && { 'Content-Type': contentType }) },
          ...(operation.requestBody && { body: new TextEncoder().encode(body) }),
        });
        const text = await response.text();
        expect(response.status, text).toBeLessThan(500);
        // What is not digits reaches no route with an id.
        const statuses = [...Object.keys(operation.responses), ...(path.includes('{id}') ? ['404', '405'] : [])];
        expect(statuses, text).toContain(String(response.status));
        if (response.status < 400) return;
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        expect(JSON.parse(text)).toMatchObject({
          status: response.status,
          code: expect.any(String),
          title: expect.any(String),
        });
        expect(await traces()).toEqual(before);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  30_000,
);
