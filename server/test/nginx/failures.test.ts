import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { freePort } from '../../src/commands/cluster/free-port.ts';
import type { NginxServer } from '../../src/commands/cluster/nginx-server.ts';
import { until } from '../../src/commands/cluster/until.ts';
import { accessLog, changePools, retriesOf } from '../../src/commands/cluster/waymark-nginx.ts';
import { TcpProxy } from '../servers/tcp-proxy.ts';
import { Backend, nginxBefore } from './pools.ts';

let one: Backend;
let other: Backend;
let nginx: NginxServer;
beforeEach(() => {
  one = new Backend('one');
  other = new Backend('other');
});
afterEach(async () => {
  for (const server of [nginx, one, other]) await server[Symbol.asyncDispose]();
});

const unavailable = () => Response.json({ code: 'unavailable' }, { status: 503, headers: { 'Retry-After': '2' } });
const get = (path: string) => fetch(nginx.url + path);
const logged = () => accessLog(nginx).map((line) => ({ status: line.status, retries: retriesOf(line) }));

describe('an edge that fails', () => {
  test('is passed over for another while nobody listens, and the log counts it', async () => {
    const dead = { port: await freePort() };
    nginx = await nginxBefore([dead, other], [one]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('/abc123')));
    expect(answers.map((answer) => answer.headers.get('x-backend'))).toEqual(Array(20).fill('other'));
    // A line is written after its answer has left.
    const log = await until(() => (logged().length === 20 ? logged() : null), { what: 'twenty lines of log' });
    const retries = log.reduce((sum, line) => sum + line.retries, 0);
    expect(retries).toBeGreaterThan(0);
    expect(other.requests).toHaveLength(20);
  });

  test('is passed over when it breaks off in the middle of its answer', async () => {
    const proxy = new TcpProxy(one.port);
    nginx = await nginxBefore([proxy, other], [one]);
    one.answer = async () => {
      proxy.cut();
      return new Response('late');
    };
    const answers = await Promise.all(Array.from({ length: 6 }, () => get('/abc123')));
    expect(answers.map((answer) => answer.headers.get('x-backend'))).toEqual(Array(6).fill('other'));
    await proxy[Symbol.asyncDispose]();
  });

  test('is passed over when it takes requests and answers nothing', async () => {
    const proxy = new TcpProxy(one.port);
    proxy.stall();
    nginx = await nginxBefore([proxy, other], [one]);
    const answers = await Promise.all([get('/abc123'), get('/abc123')]);
    expect(answers.map((answer) => answer.headers.get('x-backend'))).toEqual(['other', 'other']);
    proxy.cut();
  }, 10_000);

  test('is asked all the same while it is taken for down and no other is left', async () => {
    await using first = new TcpProxy(one.port);
    await using second = new TcpProxy(other.port);
    nginx = await nginxBefore([first, second], [one]);
    first.cut();
    for (let i = 0; i < 8; i++) expect((await get('/abc123')).headers.get('x-backend')).toBe('other');
    first.heal();
    second.cut();
    for (let i = 0; i < 8; i++) expect((await get('/abc123')).headers.get('x-backend')).toBe('one');
    first.cut();
    expect((await get('/abc123')).status).toBe(502);
  });

  test('that does not know the link is not the last word, nor taken out for it', async () => {
    nginx = await nginxBefore([one, other], [one]);
    one.answer = unavailable;
    for (let i = 0; i < 10; i++) expect((await get('/abc123')).headers.get('x-backend')).toBe('other');
    expect(one.requests.length).toBeGreaterThanOrEqual(4);
    await until(() => logged().some(({ retries }) => retries === 1), { what: 'a retry in the log' });
  });

  test('where none knows it, the answer is that of an edge, with its Retry-After', async () => {
    nginx = await nginxBefore([one, other], [one]);
    one.answer = unavailable;
    other.answer = unavailable;
    const answer = await get('/abc123');
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      503,
      '2',
      { code: 'unavailable' },
    ]);
  });

  test('answers 404 and 410 in its own words', async () => {
    nginx = await nginxBefore([one], [one]);
    for (const status of [404, 410]) {
      one.answer = () => Response.json({ of: 'the edge' }, { status });
      const answer = await get('/abc123');
      expect([answer.status, await answer.json()]).toEqual([status, { of: 'the edge' }]);
    }
  });
});

describe('an API server that fails', () => {
  /** `one` takes a request whole and breaks off before it answers. */
  async function breakingServer() {
    const proxy = new TcpProxy(one.port);
    one.answer = () => {
      proxy.cut();
      return new Response('late');
    };
    nginx = await nginxBefore([other], [proxy]);
    return proxy;
  }

  test.each(['POST', 'PATCH'])('is not asked again by %s, which may have been done', async (method) => {
    await using proxy = await breakingServer();
    nginx.write('waymark-local/apis.conf', `server 127.0.0.1:${proxy.port};\nserver 127.0.0.1:${other.port} backup;\n`);
    await nginx.reload();
    const answer = await fetch(`${nginx.url}/urls`, { method, body: '{}' });
    expect(answer.status).toBe(502);
    expect([one.requests.length, other.requests.length]).toEqual([1, 0]);
  });

  test('is passed over by GET', async () => {
    await using proxy = await breakingServer();
    nginx.write('waymark-local/apis.conf', `server 127.0.0.1:${proxy.port};\nserver 127.0.0.1:${other.port} backup;\n`);
    await nginx.reload();
    expect((await get('/urls')).headers.get('x-backend')).toBe('other');
  });

  test('is passed over by POST where nothing was sent', async () => {
    nginx = await nginxBefore([one], [{ port: await freePort() }, other]);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => fetch(`${nginx.url}/urls`, { method: 'POST', body: '{"a":1}' })),
    );
    expect(answers.map((answer) => answer.headers.get('x-backend'))).toEqual(Array(6).fill('other'));
    expect(other.requests.map(({ body }) => body)).toEqual(Array(6).fill('{"a":1}'));
  });

  test('says 503 itself: another has the same database', async () => {
    nginx = await nginxBefore([one], [other]);
    other.answer = unavailable;
    const answer = await fetch(`${nginx.url}/api/v1/links`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(other.requests).toHaveLength(1);
  });
});

test('a reload with other servers behind it loses no request', async () => {
  nginx = await nginxBefore([one], [one]);
  let running = true;
  const statuses = new Map<number, number>();
  const visitors = Array.from({ length: 8 }, async () => {
    while (running) {
      const { status } = await get('/abc123');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  for (let i = 0; i < 5; i++) await changePools(nginx, { edges: [(i % 2 ? one : other).port], apis: [one.port] });
  running = false;
  await Promise.all(visitors);
  expect([...statuses.keys()]).toEqual([200]);
  expect(one.requests.length).toBeGreaterThan(0);
  expect(other.requests.length).toBeGreaterThan(0);
}, 30_000);
