import { afterAll, beforeAll, expect, test } from 'bun:test';
import { WaymarkClient } from '@waymark/contract/client';
import { startTestApp, type TestApp } from '../../server/test/start-app.ts';
import { waymark } from './run-waymark.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const local = (...argv: string[]) => waymark(argv, { env: { DATA_DIR: app.dataDir } });
const signIn = (url: string) =>
  new WaymarkClient({ baseUrl: app.baseUrl, apiKey: null }).session.signIn({ token: url.split('#')[1] ?? '' });

test('beside the server a link is printed without a key, and signs in once', async () => {
  const { code, out, err } = await local('login');
  expect(code).toBe(0);
  expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/app\/sign-in#wl_\w{36}\n$/);
  expect(err).toContain('works once, for 15 minutes');
  expect(await signIn(out.trim())).toMatchObject({ kind: 'session', scope: 'admin', name: 'sign-in link' });
  await expect(signIn(out.trim())).rejects.toMatchObject({ code: 'unauthorized' });
});

test('name and scope are those of the session, and programs get JSON', async () => {
  const outcome = await local('login', '--name', 'Ada, phone', '--scope', 'read', '--json');
  const { url, expiresAt, opened } = outcome.json<{ url: string; expiresAt: string; opened: boolean }>();
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  expect(opened).toBe(false);
  expect(await signIn(url)).toMatchObject({ scope: 'read', name: 'Ada, phone' });
});

test('where no browser can be started it says so', async () => {
  const { code, out, err } = await local('login', '--open');
  expect([code, out.includes('/app/sign-in#')]).toEqual([0, true]);
  expect(err).toContain('open it yourself');
});

test('an unknown scope, a blank name and too weak a key', async () => {
  expect((await local('login', '--scope', 'root')).code).toBe(2);
  expect((await local('login', '--name', ' ')).code).toBe(4);
  const key = (await local('keys', 'create', '-n', 'ci', '-s', 'write', '--quiet')).out.trim();
  expect((await waymark(['login', '--url', app.baseUrl, '--key', key])).code).toBe(4);
});
