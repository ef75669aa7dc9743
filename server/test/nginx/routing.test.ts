import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { brotliCompressSync } from 'node:zlib';
import { RESERVED_CODES } from '@waymark/contract';
import fc from 'fast-check';
import type { NginxServer } from '../../src/commands/cluster/nginx-server.ts';
import { shortCode } from '../../src/links/short-path.ts';
import { Backend, nginxBefore, rawGet } from './pools.ts';

const edge = new Backend('edge');
const api = new Backend('api');
let nginx: NginxServer;
beforeAll(async () => {
  nginx = await nginxBefore([edge], [api]);
});
afterAll(async () => {
  for (const one of [nginx, edge, api]) await one[Symbol.asyncDispose]();
});

const backendOf = async (method: string, path: string) =>
  (await fetch(nginx.url + path, { method })).headers.get('x-backend');

describe('requests are sent where they are answered', () => {
  test.each([
    ['GET', '/abc123', 'edge'],
    ['HEAD', '/abc123/?utm_source=x', 'edge'],
    ['POST', '/abc123', 'api'],
    ['DELETE', '/urls/abc123', 'api'],
    ['GET', '/r/abc123', 'edge'],
    ['GET', '/s/abc123?x=/urls', 'edge'],
    ['GET', '/urls/abc123', 'edge'],
    ['GET', '/urls/123', 'api'],
    ['GET', '/urls/123/redirect', 'edge'],
    ['GET', '/urls/short/abc123', 'edge'],
    ['GET', '/urls/abc123/analytics', 'api'],
    ['GET', '/urls?user_id=1', 'api'],
    ['GET', '/', 'api'],
    ['POST', '/', 'api'],
    ['GET', '/app', 'api'],
    ['GET', '/app/', 'api'],
    ['GET', '/app/links', 'api'],
    ['GET', '/app/links/4711?tab=clicks', 'api'],
    ['HEAD', '/app/assets/index-a1b2.js', 'api'],
    ['GET', '/application', 'edge'],
    ['OPTIONS', '/urls', 'api'],
    ['GET', '/api/v1/links', 'api'],
    ['POST', '/api/v1/links', 'api'],
    ['GET', '/.well-known/x', 'api'],
  ])('%s %s to the %s', async (method, path, expected) => {
    expect(await backendOf(method, path)).toBe(expected);
  });

  test('every reserved first segment is no code', async () => {
    const closed = ['metrics', 'logs', 'chaos'];
    const open = [...RESERVED_CODES].filter((code) => !closed.includes(code));
    expect(await Promise.all(open.map((code) => backendOf('GET', `/${code}`)))).toEqual(open.map(() => 'api'));
  });

  test('as the server itself tells short links apart, whatever the path', async () => {
    const segment = fc.oneof(
      fc.constantFrom('urls', 'r', 's', 'short', 'redirect', 'users', 'robots.txt', 'Users', '12', 'abc', ''),
      fc.string({ unit: fc.constantFrom(...'abR0-_.%2f~@:;,+!*()$&='), minLength: 1, maxLength: 8 }),
    );
    const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
    await fc.assert(
      fc.asyncProperty(path, fc.constantFrom('', '?', '?a=/b', '?/'), async (raw, query) => {
        const answer = await rawGet(nginx, raw + query);
        if (!answer.startsWith('http/1.1 200')) return; // nginx refuses broken escapes and paths above the root.
        expect({ raw, backend: /x-backend: (\w+)/.exec(answer)?.[1] }).toEqual({
          raw,
          backend: shortCode(raw) === null ? 'api' : 'edge',
        });
      }),
      { numRuns: 400 },
    );
  }, 30_000);
});

describe('the dashboard', () => {
  test('comes through as the server sends it, over connections that stay open', async () => {
    const headers = {
      'Content-Encoding': 'br',
      'Cache-Control': 'public, max-age=31536000, immutable',
      ETag: '"a-br"',
      Vary: 'Accept-Encoding',
      'Content-Security-Policy': "default-src 'none'",
    };
    api.requests.length = 0;
    api.answer = () => new Response(brotliCompressSync('render()'), { headers });
    for (let n = 0; n < 5; n++) {
      const response = await fetch(`${nginx.url}/app/assets/index-a1b2.js`, { headers: { 'Accept-Encoding': 'br' } });
      expect(await response.text()).toBe('render()');
      for (const [name, value] of Object.entries(headers)) {
        if (name !== 'Content-Encoding') expect(response.headers.get(name)).toBe(value);
      }
    }
    api.answer = () => new Response('ok');
    expect(api.requests.map((request) => request.headers.get('accept-encoding'))).toEqual(Array(5).fill('br'));
    expect(new Set(api.requests.map(({ port }) => port)).size).toBeLessThan(5);
  });

  test('is told from its tag that nothing has changed', async () => {
    api.answer = ({ headers }) => new Response(null, { status: headers.get('if-none-match') === '"a"' ? 304 : 200 });
    const headers = { 'If-None-Match': '"a"' };
    expect((await fetch(`${nginx.url}/app`, { headers })).status).toBe(304);
    api.answer = () => new Response('ok');
  });
});

describe('what a server is told of a request', () => {
  const seen = async (headers: Record<string, string>) => {
    edge.requests.length = 0;
    const answer = await fetch(`${nginx.url}/abc123?q=%2F`, { headers });
    const [request] = edge.requests;
    if (!request) throw new Error('the edge was not asked');
    return { ...request, answer };
  };

  test('the address is nginx’s own finding: what strangers claim is thrown away', async () => {
    const { headers } = await seen({
      'X-Forwarded-For': '203.0.113.7',
      Forwarded: 'for=203.0.113.7',
      'X-Real-IP': '203.0.113.7',
      'X-Forwarded-Host': 'evil.example',
    });
    expect(headers.get('x-forwarded-for')).toBe('127.0.0.1');
    expect(headers.get('x-forwarded-proto')).toBe('http');
    for (const name of ['forwarded', 'x-real-ip', 'x-forwarded-host']) expect(headers.get(name)).toBeNull();
  });

  test('a proxy of one’s own is believed once it is named', async () => {
    nginx.write('waymark-local/trusted.conf', 'set_real_ip_from 127.0.0.1;\n');
    await nginx.reload();
    const { headers } = await seen({ 'X-Forwarded-For': '192.0.2.1, 203.0.113.7' });
    expect(headers.get('x-forwarded-for')).toBe('203.0.113.7');
    nginx.write('waymark-local/trusted.conf', '');
    await nginx.reload();
  });

  test('the path comes as it was sent, and the Host with its port', async () => {
    const { path, headers } = await seen({});
    expect(path).toBe('/abc123?q=%2F');
    expect(headers.get('host')).toBe(`127.0.0.1:${nginx.port}`);
  });

  test('a sound request id is passed on, any other replaced', async () => {
    expect((await seen({ 'X-Request-Id': 'from-me/1"' })).headers.get('x-request-id')).toBe('from-me/1"');
    for (const odd of ['', 'x'.repeat(129), 'two words'])
      expect((await seen({ 'X-Request-Id': odd })).headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('an edge gets no body and no Upgrade, which would end its fast lane', async () => {
    edge.requests.length = 0;
    const answer = await rawGet(
      nginx,
      '/abc123 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
    );
    expect(answer).toStartWith('http/1.1 200');
    const [request] = edge.requests;
    expect(request?.body).toBe('');
    const ending = ['upgrade', 'content-length', 'transfer-encoding'];
    expect(ending.map((name) => request?.headers.get(name) ?? null)).toEqual([null, null, null]);
  });
});
