import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ApiKey, CreatedApiKey } from '@waymark/contract/v1/keys';
import { startTestApp, TEST_API_KEY, type TestApp } from '../../server/test/start-app.ts';
import { waymark } from './run-waymark.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const local = (line: string) => waymark(line.split(' '), { env: { DATA_DIR: app.dataDir } });

test('the first key is made beside the server without another, and works from anywhere', async () => {
  const { code, out, err } = await local('keys create --name me --scope admin');
  expect(code).toBe(0);
  expect(out).toMatch(/^wm_\w{36}\n$/);
  expect(err).toContain('shown this once');
  const env = { WAYMARK_URL: app.baseUrl, WAYMARK_API_KEY: out.trim() };
  expect((await waymark(['links', 'list', '--json'], { env })).json()).toHaveProperty('data', []);
});

test('keys are listed without their secrets, and a revoked one is refused at once', async () => {
  const key = (await local('keys create -n ci -s read -e 90d --json')).json<CreatedApiKey>();
  const elsewhere = ['--url', app.baseUrl, '--key', key.secret ?? ''];
  expect((await waymark(['links', 'list', ...elsewhere])).code).toBe(0);
  const forbidden = await waymark(['links', 'create', 'https://example.com', ...elsewhere]);
  expect([forbidden.code, forbidden.err]).toEqual([4, expect.stringContaining('The key came from --key.')]);
  expect((await local('keys list')).out).toMatch(/ci +read +wm_\w{6}… /);
  expect((await local(`keys revoke ${key.id}`)).err).toBe(`Key ${key.id} is refused from now on.\n`);
  const refused = await waymark(['links', 'list', ...elsewhere]);
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('does not know the key from --key')]);
  const listed = (await local('keys list --json')).json<{ data: ApiKey[] }>();
  expect(listed.data.find(({ id }) => id === key.id)?.revokedAt).not.toBeNull();
  expect((await local(`keys revoke ${key.id} --json`)).json()).toEqual({ id: key.id, revoked: true });
});

test('the token of the local server is sent to no other address', async () => {
  const heard: (string | null)[] = [];
  using stranger = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      heard.push(request.headers.get('authorization'));
      return Response.json({ data: [], nextCursor: null });
    },
  });
  const { code } = await waymark(['links', 'list', '--url', stranger.url.origin], { env: { DATA_DIR: app.dataDir } });
  expect([code, heard]).toEqual([0, [null]]);
});

test('localhost and the port of the local server mean that server', async () => {
  const { code } = await waymark(['keys', 'list', '--url', `localhost:${app.port}`], {
    env: { DATA_DIR: app.dataDir },
  });
  expect(code).toBe(0);
});

test('without a key, and away from the data directory, it says what to do', async () => {
  const { code, err } = await waymark(['keys', 'list', '--url', app.baseUrl]);
  expect(code).toBe(4);
  expect(err).toContain('BOOTSTRAP_API_KEY');
  expect((await waymark(['keys', 'list', '--url', app.baseUrl, '--key', TEST_API_KEY])).code).toBe(0);
});

test('a key that is not there, and an unknown scope', async () => {
  expect((await local('keys revoke 4242')).code).toBe(3);
  expect((await local('keys revoke me')).code).toBe(2);
  expect((await local('keys create --name x --scope root')).code).toBe(2);
  expect((await local('keys create')).err).toContain("required option '-n, --name <name>'");
});
