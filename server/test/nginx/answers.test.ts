import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { problemSchema } from '@waymark/contract/v1/problem';
import { freePort } from '../../src/commands/cluster/free-port.ts';
import type { NginxServer } from '../../src/commands/cluster/nginx-server.ts';
import { Backend, nginxBefore, rawGet } from './pools.ts';

const api = new Backend('api');
let nginx: NginxServer;
beforeAll(async () => {
  nginx = await nginxBefore([{ port: await freePort() }], [api]);
});
afterAll(async () => {
  for (const one of [nginx, api]) await one[Symbol.asyncDispose]();
});
beforeEach(() => {
  api.requests.length = 0;
});

const apisGone = async () => {
  nginx.write('waymark-local/apis.conf', `server 127.0.0.1:${await freePort()};\n`);
  await nginx.reload();
};
const apisBack = async () => {
  nginx.write('waymark-local/apis.conf', `server 127.0.0.1:${api.port};\n`);
  await nginx.reload();
};

describe('nginx’s own errors', () => {
  test('have the classic shape, a request id and a Retry-After', async () => {
    await apisGone();
    const answer = await fetch(`${nginx.url}/users`, { headers: { 'X-Request-Id': 'mine' } });
    expect(answer.status).toBe(502);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'retry-after': '1',
      'x-request-id': 'mine',
      'cache-control': 'no-store',
    });
    expect(await answer.json()).toEqual({
      error: 'The server is not available',
      code: 'unavailable',
      status: 502,
      details: [],
    });
    await apisBack();
  });

  test('are problem details under /api, whatever the request id', async () => {
    await apisGone();
    for (const [sent, shown] of [
      ['mine', 'mine'],
      ['"odd"\\', ''],
    ] as const) {
      const answer = await fetch(`${nginx.url}/api/v1/links`, { headers: { 'X-Request-Id': sent } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'application/problem+json']);
      const problem = problemSchema.parse(await answer.json());
      expect(problem).toMatchObject({ status: 502, code: 'unavailable', requestId: shown });
    }
    await apisBack();
  });

  test('are a page for a person on a short link, and JSON for a program', async () => {
    const page = await fetch(`${nginx.url}/abc123`, { headers: { Accept: 'text/html,*/*' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toStartWith("default-src 'none'; ");
    expect(await page.text()).toContain('try again');
    const json = await fetch(`${nginx.url}/abc123`, { headers: { Accept: '*/*' } });
    expect([json.status, await json.json()]).toEqual([502, expect.objectContaining({ code: 'unavailable' })]);
  });

  test('tell a body that is too large, on both surfaces', async () => {
    const body = 'x'.repeat(12 * 2 ** 20);
    const classic = await fetch(`${nginx.url}/users/bulk`, { method: 'POST', body });
    expect([classic.status, await classic.json()]).toEqual([413, expect.objectContaining({ code: 'body_too_large' })]);
    const v1 = await fetch(`${nginx.url}/api/v1/imports`, { method: 'POST', body });
    expect([v1.status, await v1.json()]).toEqual([413, expect.objectContaining({ code: 'body_too_large' })]);
    expect(api.requests).toEqual([]);
  });

  test.each([
    ['a path above the root', '/../../etc/passwd', 400],
    ['a broken escape', '/%zz', 400],
    ['no HTTP that is known', '/ HTTP/7.0\r\n\r\n', 505],
    ['an address without end', `/${'a'.repeat(9000)}`, 414],
    ['a header without end', `/ HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9000)}\r\n\r\n`, 431],
  ])('are JSON for %s', async (_, target, status) => {
    const answer = await rawGet(nginx, target);
    expect(answer).toStartWith(`http/1.1 ${status}`);
    expect(answer).toContain('content-type: application/json');
    expect(answer).toContain(`"code":"invalid_request","status":${status}`);
  });
});

describe('what the server says', () => {
  test('is passed on as it is, whatever the status', async () => {
    for (const status of [400, 404, 405, 409, 413, 429, 500, 503]) {
      api.answer = () => Response.json({ own: status }, { status, headers: { 'Retry-After': '7' } });
      const answer = await fetch(`${nginx.url}/users`);
      expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
        status,
        '7',
        { own: status },
      ]);
    }
    api.answer = () => new Response('ok');
  });

  test('an upload of 10 MiB arrives whole', async () => {
    const body = 'x'.repeat(10 * 2 ** 20);
    const answer = await fetch(`${nginx.url}/users/bulk`, { method: 'POST', body });
    expect([answer.status, api.requests[0]?.body.length]).toEqual([200, body.length]);
  });
});

describe('what is not for everybody', () => {
  test.each(['/metrics', '/logs?limit=1', '/chaos', '/metrics/', '/m%65trics', '//metrics', '/x/../logs'])(
    '%s is not there',
    async (path) => {
      const answer = await rawGet(nginx, path);
      expect(answer).toStartWith('http/1.1 404');
      expect(answer).toContain('"code":"not_found","status":404');
      expect(api.requests).toEqual([]);
    },
  );

  test('operators that are named are let through', async () => {
    nginx.write('waymark-local/operators.conf', 'allow 127.0.0.1;\n');
    await nginx.reload();
    expect((await fetch(`${nginx.url}/metrics`)).headers.get('x-backend')).toBe('api');
    nginx.write('waymark-local/operators.conf', '');
    await nginx.reload();
  });
});

describe('the quarantine list', () => {
  test('refuses a code on all its paths with the reason, and no code that differs in case', async () => {
    nginx.write('waymark-local/edges.conf', `server 127.0.0.1:${api.port};\n`);
    nginx.write('waymark-local/quarantine.conf', 'AbC1234 "AbC1234 phishing, reported twice";\n');
    await nginx.reload();
    for (const path of ['/AbC1234', '/r/AbC1234/', '/urls/short/AbC1234?x=1', '/urls/AbC1234/redirect']) {
      const answer = await fetch(nginx.url + path);
      expect([answer.status, await answer.json()]).toEqual([
        410,
        { error: 'URL is quarantined: phishing, reported twice', code: 'quarantined', status: 410, details: [] },
      ]);
    }
    const page = await fetch(`${nginx.url}/AbC1234`, { headers: { Accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('phishing, reported twice')]);
    for (const path of ['/abc1234', '/AbC12345', '/urls/AbC1234/analytics'])
      expect((await fetch(nginx.url + path)).status).toBe(200);
  });
});

test('a WebSocket on /api/v1/live is passed on', async () => {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response('no', { status: 400 })),
    websocket: { message: (socket, text) => void socket.send(`you said ${text}`) },
  });
  nginx.write('waymark-local/apis.conf', `server 127.0.0.1:${server.port};\n`);
  await nginx.reload();
  const socket = new WebSocket(`ws://127.0.0.1:${nginx.port}/api/v1/live`);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.onopen = () => socket.send('hello');
  socket.onmessage = ({ data }) => resolve(String(data));
  socket.onclose = () => reject(new Error('closed'));
  expect(await promise).toBe('you said hello');
  socket.close();
  await server.stop(true);
});
