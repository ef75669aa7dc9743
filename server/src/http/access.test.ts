import { describe, expect, test } from 'bun:test';
import type { ApiKey } from '../accounts/api-key.ts';
import { Access, type AccessRequest, type ClassicMode, hashSecret, isDirectLoopback } from './access.ts';

const from = (peer: string, headers: Record<string, string> = {}): AccessRequest => ({
  peer,
  headers: new Headers({ host: '127.0.0.1:3000', ...headers }),
});

describe('a direct call on this machine', () => {
  test.each([
    [from('127.0.0.1')],
    [from('::1', { host: '[::1]:3000' })],
    [from('127.0.0.1', { host: 'localhost:3000' })],
    [from('::ffff:127.0.0.1', { host: 'LOCALHOST' })],
  ])('is one: %o', (request) => expect(isDirectLoopback(request)).toBe(true));

  test.each([
    ['another machine', from('203.0.113.5')],
    ['a rebound name', from('127.0.0.1', { host: 'evil.example' })],
    ['a name that begins like an address', from('127.0.0.1', { host: '127.0.0.1.evil.example' })],
    ['a proxy', from('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' })],
    ['a proxy that says only its scheme', from('127.0.0.1', { 'x-forwarded-proto': 'https' })],
    ['a proxy with the standard header', from('127.0.0.1', { forwarded: 'for=127.0.0.1' })],
    ['a proxy that names itself', from('127.0.0.1', { via: '1.1 nginx' })],
    ['any other forwarding header', from('127.0.0.1', { 'x-forwarded-anything': '1' })],
    ['no host at all', { peer: '127.0.0.1', headers: new Headers() }],
  ])('is not %s', (_, request) => expect(isDirectLoopback(request)).toBe(false));
});

describe('access', () => {
  const secrets = { read: 'wm_read', admin: 'wm_admin', old: 'wm_old' };
  let now = 1_000_000;
  const key = (id: number, scope: ApiKey['scope'], expiresAt: number | null = null): ApiKey => ({
    id,
    name: scope,
    prefix: 'wm_',
    scope,
    createdAt: 0,
    expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  });

  async function access(classic: ClassicMode) {
    const keys = new Map([
      [hashSecret(secrets.read), key(1, 'read')],
      [hashSecret(secrets.admin), key(2, 'admin')],
      [hashSecret(secrets.old), key(3, 'admin', now + 500)],
    ]);
    const touched: number[] = [];
    const guard = new Access(
      {
        list: async () => [],
        get: async () => null,
        findByHash: async (hash, at) => {
          const found = keys.get(hash) ?? null;
          return found && (found.expiresAt ?? at + 1) > at ? found : null;
        },
      },
      { touch: async (uses) => void touched.push(...uses.map(({ id }) => id)) },
      { bootstrapHash: hashSecret('bootstrap'), localHash: null, classic, now: () => now },
    );
    return { guard, keys, touched };
  }
  const bearer = (secret: string, peer = '203.0.113.5') =>
    from(peer, { host: 'go.example', authorization: `Bearer ${secret}` });

  test('needs a key that exists', async () => {
    const { guard } = await access(null);
    await expect(guard.requireKey(from('127.0.0.1'), 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(guard.requireKey(bearer('wm_wrong'), 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await guard.requireKey(bearer(secrets.read), 'read')).toMatchObject({ kind: 'key', id: 1, limited: true });
    expect(await guard.requireKey(from('203.0.113.5', { 'x-api-token': secrets.read }), 'read')).toMatchObject({
      id: 1,
    });
  });

  test('needs a scope that is wide enough', async () => {
    const { guard } = await access(null);
    await expect(guard.requireKey(bearer(secrets.read), 'write')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await guard.requireKey(bearer(secrets.admin), 'write')).toMatchObject({ scope: 'admin' });
    expect(await guard.requireKey(bearer('bootstrap'), 'admin')).toMatchObject({ id: 0 });
  });

  test('ends with the key, at the very time or when it is forgotten', async () => {
    const { guard, keys } = await access(null);
    await guard.requireKey(bearer(secrets.old), 'admin');
    now += 600;
    await expect(guard.requireKey(bearer(secrets.old), 'admin')).rejects.toMatchObject({ code: 'unauthorized' });
    await guard.requireKey(bearer(secrets.admin), 'admin');
    keys.clear();
    guard.forget();
    await expect(guard.requireKey(bearer(secrets.admin), 'admin')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('does not remember what it looked up before it was told to forget', async () => {
    const { guard, keys } = await access(null);
    const lookingUp = guard.requireKey(bearer(secrets.admin), 'admin');
    // The key is found and revoked by another process while the answer is under way.
    guard.forget();
    await lookingUp;
    keys.clear();
    await expect(guard.requireKey(bearer(secrets.admin), 'admin')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('notes a use once a minute', async () => {
    const { guard, touched } = await access(null);
    await guard.requireKey(bearer(secrets.read), 'read');
    await guard.requireKey(bearer(secrets.read), 'read');
    expect(touched).toEqual([1]);
    now += 61_000;
    await guard.requireKey(bearer(secrets.read), 'read');
    expect(touched).toEqual([1, 1]);
  });

  test('of the classic API follows its mode', async () => {
    const direct = from('127.0.0.1');
    const proxied = from('127.0.0.1', { 'x-forwarded-for': '203.0.113.5' });
    const unset = await access(null);
    expect(await unset.guard.classic(direct, 'write')).toEqual({ kind: 'anonymous', limited: false });
    await expect(unset.guard.classic(proxied, 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    const open = await access('open');
    expect(await open.guard.classic(proxied, 'write')).toEqual({ kind: 'anonymous', limited: true });
    const keyed = await access('keyed');
    await expect(keyed.guard.classic(direct, 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    const off = await access('off');
    await expect(off.guard.classic(direct, 'read')).rejects.toMatchObject({ code: 'not_found' });
  });
});
