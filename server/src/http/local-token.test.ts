import { describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load-config.ts';
import { drawLocalSecret, LOCAL_TOKEN_FILE, leaveLocalToken } from './local-token.ts';

function leave(env: Record<string, string> = {}, dataDir = mkdtempSync(join(tmpdir(), 'waymark-token-'))) {
  const file = join(dataDir, LOCAL_TOKEN_FILE);
  const errors: unknown[] = [];
  const config = loadConfig({ DATA_DIR: dataDir, ...env });
  const remove = leaveLocalToken(config, 4321, 'the-token', (error) => errors.push(error));
  return { file, remove, errors, content: () => JSON.parse(readFileSync(file, 'utf8')) as unknown };
}

test('only its owner can read the token, and it goes with the server', () => {
  const { file, remove, content } = leave();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(content()).toEqual({ url: 'http://127.0.0.1:4321', token: 'the-token' });
  remove();
  expect(existsSync(file)).toBe(false);
});

test('a file that others could read is replaced, not written into', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-token-'));
  writeFileSync(join(dataDir, LOCAL_TOKEN_FILE), 'old', { mode: 0o644 });
  const { file, content } = leave({}, dataDir);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(content()).toHaveProperty('token', 'the-token');
});

describe('where it says the server is', () => {
  const URLS: [Record<string, string>, string][] = [
    [{ HOST: '0.0.0.0' }, 'http://127.0.0.1:4321'],
    [{ HOST: '::' }, 'http://127.0.0.1:4321'],
    [{ HOST: '::1' }, 'http://[::1]:4321'],
    [{ HOST: 'localhost' }, 'http://localhost:4321'],
    [{ APP_HOST: '127.0.0.1:4321' }, 'http://127.0.0.1:4321'],
    [{ SHORT_HOSTS: 'go.example.com' }, 'http://127.0.0.1:4321'],
  ];
  for (const [env, url] of URLS)
    test(`${JSON.stringify(env)} is reached at ${url}`, () => {
      expect(leave(env).content()).toHaveProperty('url', url);
    });

  for (const env of [{ HOST: '192.0.2.1' }, { APP_HOST: 'app.example.com' }, { SHORT_HOSTS: '127.0.0.1:4321' }])
    test(`${JSON.stringify(env)} leaves no token, as nothing on loopback could use it`, () => {
      expect(existsSync(leave(env).file)).toBe(false);
    });
});

test('a token that can not be written is told, and keeps nobody from starting', () => {
  const { errors } = leave({}, join(tmpdir(), 'waymark-no-such-directory', 'data'));
  expect(errors).toHaveLength(1);
});

test('each run draws a secret of its own', async () => {
  const [one, other] = [await drawLocalSecret(), await drawLocalSecret()];
  expect(one.token).not.toBe(other.token);
  expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
});
