import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { Hono } from 'hono';
import { classicError } from '../../http/error-response.ts';
import { createDashboard } from './dashboard.ts';

const INDEX = '<!doctype html><title>Waymark</title><script type="module" src="/app/assets/index-a1b2.js"></script>';
const SCRIPT = 'console.log("links");'.repeat(40);

const directory = mkdtempSync(join(tmpdir(), 'waymark-dashboard-'));
afterAll(() => rmSync(directory, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

const app = new Hono();
app.onError((error) => classicError(error));
app.notFound(() => new Response('elsewhere', { status: 404 }));
app.route('/', createDashboard(directory));

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app.request(path, { method, headers: { Host: 'go.example.com', ...headers } });

test('before a build it says with 503 which command makes one, and serves it once it is there', async () => {
  const before = await get('/app/links');
  expect(before.status).toBe(503);
  expect(before.headers.get('cache-control')).toBe('no-store');
  expect(await before.text()).toContain('<code>npm run build</code>');

  write('index.html', INDEX);
  write('index.html.br', brotliCompressSync(INDEX));
  write('assets/index-a1b2.js', SCRIPT);
  write('assets/index-a1b2.js.br', brotliCompressSync(SCRIPT));
  write('assets/map-c3.json', '{}');
  write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  write('.vite/manifest.json', '{}');
  write('.stamp', 'x');
  write('notes.secret', 'x');
  expect((await get('/app/links')).status).toBe(200);
});

describe('pages', () => {
  test.each(['/app', '/app/', '/app/links', '/app/links/4711/', '/app/settings/keys?tab=1'])(
    '%s is the index, which is asked for anew each time',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(INDEX);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    },
  );

  test('the index is 304 while it is the same, in each coding under its own tag', async () => {
    const plain = (await get('/app')).headers.get('etag') ?? '';
    const small = (await get('/app', { 'Accept-Encoding': 'br' })).headers.get('etag') ?? '';
    expect(plain).toMatch(/^"[\w-]{22}"$/);
    expect(small).toBe(`${plain.slice(0, -1)}-br"`);
    for (const etag of [plain, `W/${plain}`, `"x", ${plain}`, '*']) {
      const again = await get('/app/links', { 'If-None-Match': etag });
      expect(again.status).toBe(304);
      expect(again.headers.get('etag')).toBe(plain);
      expect(again.headers.get('cache-control')).toBe('no-cache');
      expect(await again.text()).toBe('');
    }
    expect((await get('/app', { 'If-None-Match': small })).status).toBe(200);
    expect((await get('/app', { 'If-None-Match': small, 'Accept-Encoding': 'br' })).status).toBe(304);
  });
});

describe('files', () => {
  test('with a hash in their name are kept for ever', async () => {
    const response = await get('/app/assets/index-a1b2.js');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(SCRIPT);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  test('are sent compressed where that is understood', async () => {
    const response = await get('/app/assets/index-a1b2.js', { 'Accept-Encoding': 'gzip, br;q=0.5' });
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    const bytes = await response.arrayBuffer();
    expect(response.headers.get('content-length')).toBe(String(bytes.byteLength));
    expect(brotliDecompressSync(bytes).toString()).toBe(SCRIPT);
    for (const header of ['gzip', 'br;q=0', '']) {
      const plain = await get('/app/assets/index-a1b2.js', { 'Accept-Encoding': header });
      expect(plain.headers.get('content-encoding')).toBeNull();
    }
    const uncompressed = await get('/app/assets/map-c3.json', { 'Accept-Encoding': 'br' });
    expect(uncompressed.headers.get('content-encoding')).toBeNull();
    expect(await uncompressed.text()).toBe('{}');
  });

  test('without a hash are asked for anew', async () => {
    const response = await get('/app/icon.svg');
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('HEAD has the headers of GET and no body', async () => {
    const response = await get('/app/assets/index-a1b2.js', {}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(SCRIPT.length));
    expect(await response.text()).toBe('');
  });

  test.each([
    '/app/assets/index-old.js',
    '/app/assets/',
    '/app/gone.js',
    '/app/.vite/manifest.json',
    '/app/.stamp',
    '/app/.env',
    '/app/links/.git/config',
    '/app/index.html.br/x.js',
    '/app/assets/..%2f.stamp',
    '/app/assets/%2e%2e/%2e%2e/package.json',
    '/app/..%2f..%2fpackage.json',
    '/app//etc/passwd.txt',
  ])('%s is not there, and is never the index', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('<title>');
  });

  test.each(['/app/notes.secret', '/app/index.html.br', '/app/%2e%2e/secret', '/application'])(
    '%s gives nothing away',
    async (path) => {
      expect([INDEX, 'elsewhere']).toContain(await (await get(path)).text());
    },
  );
});

describe('security headers', () => {
  test.each(['/app', '/app/assets/index-a1b2.js', '/app/gone.js'])('stand on %s', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; ");
    expect(policy).toContain("; connect-src 'self' ws://go.example.com wss://go.example.com; ");
    expect(policy).toEndWith("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('camera=()');
  });

  test.each(['localhost:3000', '[::1]:3000', '127.0.0.1'])('name the sockets of %s', async (host) => {
    const policy = (await get('/app', { Host: host })).headers.get('content-security-policy');
    expect(policy).toContain(`connect-src 'self' ws://${host} wss://${host};`);
  });

  test.each(['', 'x; script-src *', 'a b', 'x,y'])('take nothing else from a Host such as "%s"', async (host) => {
    const policy = (await get('/app', { Host: host })).headers.get('content-security-policy');
    expect(policy).toContain("connect-src 'self';");
  });
});

test('only GET and HEAD are answered here', async () => {
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect(await (await get('/app', {}, method)).text()).toBe('elsewhere');
});
