import { describe, expect, test } from 'bun:test';
import type { ApiKey } from '../accounts/api-key.ts';
import type { Session } from '../accounts/session.ts';
import { Access, type AccessRequest, type ClassicMode, isDirectLoopback } from './access.ts';
import { hashSecret } from './hash-secret.ts';
import { OwnSite } from './own-site.ts';
import { SessionCookie } from './session-cookie.ts';
import { SessionSecrets } from './session-secret.ts';

const from = (peer: string, headers: Record<string, string> = {}): AccessRequest => ({
  method: 'GET',
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
    ['no host at all', { method: 'GET', peer: '127.0.0.1', headers: new Headers() }],
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
    const sessions = new Map([[hashSecret('ws_me'), session(5, 'write')]]);
    const touched: number[] = [];
    const touch = async (uses: { id: number }[]) => void touched.push(...uses.map(({ id }) => id));
    const guard = new Access(
      {
        keys: {
          findByHash: async (hash, at) => {
            const found = keys.get(hash) ?? null;
            return found && (found.expiresAt ?? at + 1) > at ? found : null;
          },
        },
        sessions: {
          findByHash: async (hash, at) => {
            const found = sessions.get(hash) ?? null;
            return found && found.expiresAt > at ? found : null;
          },
        },
        keyUses: { touch },
        sessionUses: { touch },
      },
      {
        bootstrapHash: hashSecret('bootstrap'),
        localHash: null,
        classic,
        site: new OwnSite({ baseUrl: () => 'https://go.example', baseUrlIsSet: true, appHost: null }),
        cookie: new SessionCookie(false),
        now: () => now,
      },
    );
    return { guard, keys, sessions, touched };
  }
  const session = (id: number, scope: Session['scope']): Session => ({
    id,
    name: 'me',
    scope,
    keyId: 7,
    userAgent: null,
    createdAt: 0,
    expiresAt: now + 60_000,
    lastUsedAt: null,
  });
  const signedIn = (method: string, headers: Record<string, string> = {}): AccessRequest => ({
    ...from('203.0.113.5', { host: 'go.example', cookie: 'other=1; waymark_session=ws_me', ...headers }),
    method,
  });
  const own = { origin: 'https://go.example' };
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

  test('takes a session by its cookie, and a key by header before it', async () => {
    const { guard, touched } = await access(null);
    expect(await guard.requireKey(signedIn('GET'), 'write')).toEqual({
      kind: 'session',
      id: 5,
      name: 'me',
      scope: 'write',
      limited: true,
      opener: { kind: 'key', id: 7 },
    });
    expect(touched).toEqual([5]);
    await expect(guard.requireKey(signedIn('GET'), 'admin')).rejects.toMatchObject({ code: 'forbidden' });
    const both = signedIn('POST', { authorization: `Bearer ${secrets.read}` });
    expect(await guard.requireKey(both, 'read')).toMatchObject({ kind: 'key', id: 1 });
    const wrongKey = signedIn('GET', { authorization: 'Bearer wm_wrong' });
    await expect(guard.requireKey(wrongKey, 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    const otherCookie = from('203.0.113.5', { cookie: 'waymark_session=ws_you' });
    await expect(guard.requireKey(otherCookie, 'read')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test.each([
    ['no Origin', {}],
    ['another Origin', { origin: 'https://evil.example' }],
    ['another scheme', { origin: 'http://go.example' }],
    ['another port', { origin: 'https://go.example:8443' }],
    ['an opaque Origin', { origin: 'null' }],
    ['a browser that says cross-site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['a browser that says same-site', { ...own, 'sec-fetch-site': 'same-site' }],
  ])('lets no session change anything with %s', async (_, headers) => {
    for (const mode of [null, 'keyed'] as const) {
      const { guard } = await access(mode);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const request = signedIn(method, headers);
        await expect(guard.requireKey(request, 'write')).rejects.toMatchObject({ code: 'forbidden' });
        await expect(guard.classic(request, 'write')).rejects.toMatchObject({ code: 'forbidden' });
      }
    }
  });

  test('lets a session change things from pages of its own, and read from anywhere', async () => {
    const { guard } = await access('keyed');
    for (const headers of [own, { ...own, 'sec-fetch-site': 'same-origin' }]) {
      expect(await guard.requireKey(signedIn('POST', headers), 'write')).toMatchObject({ kind: 'session' });
      expect(await guard.classic(signedIn('DELETE', headers), 'write')).toMatchObject({ kind: 'session' });
    }
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(await guard.requireKey(signedIn(method), 'read')).toMatchObject({ kind: 'session' });
  });

  test('ends with the session, at the very time or when it is forgotten, and tells those who were let in', async () => {
    const { guard, sessions } = await access(null);
    let told = 0;
    const stop = guard.onForget(() => told++);
    await guard.requireKey(signedIn('GET'), 'read');
    const [[hash, found] = ['', session(5, 'write')]] = sessions;
    sessions.clear();
    expect(await guard.requireKey(signedIn('GET'), 'read')).toMatchObject({ id: 5 });
    guard.forget();
    await expect(guard.requireKey(signedIn('GET'), 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    sessions.set(hash, found);
    now += 60_000;
    await expect(guard.requireKey(signedIn('GET'), 'read')).rejects.toMatchObject({ code: 'unauthorized' });
    stop();
    guard.forget();
    expect(told).toBe(1);
  });

  test('refuses what another process has revoked after a second, whether or not it was told', async () => {
    const { guard, sessions } = await access(null);
    await guard.requireKey(signedIn('GET'), 'read');
    sessions.clear();
    now += 1000;
    await expect(guard.requireKey(signedIn('GET'), 'read')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('knows no session of another bootstrap key', async () => {
    const { guard, sessions } = await access(null);
    const { secret, hash } = guard.secrets.drawSession({ kind: 'bootstrap' });
    sessions.set(hash, { ...session(6, 'admin'), keyId: null });
    const request = from('203.0.113.5', { cookie: `waymark_session=${secret}` });
    expect(await guard.requireKey(request, 'read')).toMatchObject({ id: 6, opener: { kind: 'bootstrap' } });
    expect(new SessionSecrets(hashSecret('another')).hash(secret)).not.toBe(hash);
    expect(hash).not.toBe(hashSecret(secret));
  });
});
