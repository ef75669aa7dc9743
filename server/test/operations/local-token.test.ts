import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApp, type TestApp } from '../start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(async () => {
  await app.stop();
  rmSync(app.dataDir, { recursive: true, force: true });
});

const tokenFile = () => join(app.dataDir, 'admin.token');
const readToken = () => JSON.parse(readFileSync(tokenFile(), 'utf8')) as { url: string; token: string };

async function status(headers: Record<string, string> = {}): Promise<number> {
  const { url, token } = readToken();
  const response = await fetch(`${url}/api/v1/keys`, { headers: { Authorization: `Bearer ${token}`, ...headers } });
  return response.status;
}

test('a running server leaves its address and a token that is admin on this machine', async () => {
  expect(readToken().url).toBe(app.baseUrl);
  expect(await status()).toBe(200);
});

test('the token is no key for what a proxy passed on, nor under another Host', async () => {
  expect(await status({ 'X-Forwarded-For': '127.0.0.1' })).toBe(401);
  expect(await status({ Via: '1.1 proxy' })).toBe(401);
  expect(await status({ Host: 'links.example.com' })).toBe(401);
});

test('a stop takes the file away, and the token is worth nothing at the next start', async () => {
  const before = readToken();
  await app.stop();
  expect(existsSync(tokenFile())).toBe(false);
  app = await startTestApp({ dataDir: app.dataDir });
  expect(readToken().token).not.toBe(before.token);
  const response = await fetch(`${app.baseUrl}/api/v1/keys`, { headers: { Authorization: `Bearer ${before.token}` } });
  expect(response.status).toBe(401);
});
