import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { defaultBaseUrl, loadConfig } from './load-config.ts';

const directory = mkdtempSync(join(tmpdir(), 'waymark-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('without any variable', () => {
  test('everything has its default', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 3000 },
      site: {
        baseUrl: 'http://127.0.0.1:3000',
        baseUrlIsSet: false,
        shortHosts: [],
        appHost: null,
        landing: { kind: 'page' },
      },
      roles: ['edge', 'api', 'worker'],
      storage: { kind: 'sqlite', dataDir: resolve('data') },
      outbox: { bytesMax: 2 * 1024 ** 3, syncMs: 100, keepMs: 900_000 },
      events: { sampleRate: 1, retentionDays: null },
      access: { classicApi: null, trustedProxies: [], cors: null, incidentDebugRoutes: false },
      flags: { quarantine_mode: true, risk_scoring: true, auto_blocking: false, threat_heatmap: false },
      secrets: { secretKey: null, bootstrapApiKey: null, chaosToken: null },
      warnings: [],
    });
    expect(config.release.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('an empty or blank variable is as good as none', () => {
    expect(loadConfig({ PORT: '', DATA_DIR: '  ', SHORT_HOSTS: '', CHAOS_TOKEN: '', ROLES: '' })).toEqual(
      loadConfig({}),
    );
  });

  test('nothing of it can be changed', () => {
    const config = loadConfig({ SHORT_HOSTS: 'go.example.com' });
    expect(() => Object.assign(config.listen, { port: 1 })).toThrow(TypeError);
    expect(() => (config.site.shortHosts as string[]).push('x')).toThrow(TypeError);
  });
});

describe('values', () => {
  const cases: [env: Record<string, string>, pick: (config: Config) => unknown, expected: unknown][] = [
    [{ PORT: '0' }, (c) => c.listen.port, 0],
    [
      { BASE_URL: 'https://Go.Example.com/' },
      (c) => [c.site.baseUrl, c.site.baseUrlIsSet],
      ['https://go.example.com', true],
    ],
    [{ LANDING: 'shorten' }, (c) => c.site.landing, { kind: 'shorten' }],
    [
      { LANDING: 'redirect', LANDING_URL: 'https://example.com/a/?b=%2F' },
      (c) => c.site.landing,
      { kind: 'redirect', url: 'https://example.com/a/?b=%2F' },
    ],
    [{ HOST: '0.0.0.0', PORT: '8080' }, (c) => c.site.baseUrl, 'http://localhost:8080'],
    [{ HOST: '::1', PORT: '8080' }, (c) => c.site.baseUrl, 'http://[::1]:8080'],
    [
      { SHORT_HOSTS: 'Go.example.com, s.example.com:8443,go.example.com' },
      (c) => c.site.shortHosts,
      ['go.example.com', 's.example.com:8443'],
    ],
    [{ APP_HOST: 'bücher.example' }, (c) => c.site.appHost, 'xn--bcher-kva.example'],
    [{ OUTBOX_KEEP: '900' }, (c) => c.outbox.keepMs, 900_000],
    [{ OUTBOX_KEEP: '15m' }, (c) => c.outbox.keepMs, 900_000],
    [{ OUTBOX_KEEP: '1h' }, (c) => c.outbox.keepMs, 3_600_000],
    [{ OUTBOX_MAX_BYTES: '536870912' }, (c) => c.outbox.bytesMax, 536_870_912],
    [{ OUTBOX_MAX_BYTES: '512MiB' }, (c) => c.outbox.bytesMax, 536_870_912],
    [{ OUTBOX_MAX_BYTES: '1.5 GiB' }, (c) => c.outbox.bytesMax, 1_610_612_736],
    [{ EVENT_LOG_SAMPLE_RATE: '0.25' }, (c) => c.events.sampleRate, 0.25],
    [{ EVENT_RETENTION_DAYS: '30' }, (c) => c.events.retentionDays, 30],
    [{ CLASSIC_API: 'Open' }, (c) => c.access.classicApi, 'open'],
    [{ CORS_ORIGINS: '*' }, (c) => c.access.cors, { kind: 'any' }],
    [
      { CORS_ORIGINS: 'https://app.example.com, http://localhost:5173' },
      (c) => c.access.cors,
      { kind: 'listed', origins: ['https://app.example.com', 'http://localhost:5173'] },
    ],
    [
      { TRUSTED_PROXIES: '10.0.0.0/8, ::1,192.0.2.1' },
      (c) => c.access.trustedProxies,
      ['10.0.0.0/8', '::1', '192.0.2.1'],
    ],
    [
      { ENABLE_AUTO_BLOCKING: 'YES', ENABLE_RISK_SCORING: 'off' },
      (c) => [c.flags.auto_blocking, c.flags.risk_scoring],
      [true, false],
    ],
    [{ ROLES: 'worker,api,edge' }, (c) => c.roles, ['worker', 'api', 'edge']],
    [
      { APP_VERSION: '2.0.0-rc.1', GIT_SHA: 'abc', RELEASE_NOTES_URL: 'https://example.com/notes' },
      (c) => c.release,
      { version: '2.0.0-rc.1', gitSha: 'abc', deployedAt: null, owner: null, notesUrl: 'https://example.com/notes' },
    ],
  ];
  for (const [env, pick, expected] of cases) {
    test(`${JSON.stringify(env)} reads as ${JSON.stringify(expected)}`, () =>
      expect(pick(loadConfig(env))).toEqual(expected));
  }

  test('an address for all of IPv6 is shown as localhost', () => {
    expect(defaultBaseUrl('::', 3000)).toBe('http://localhost:3000');
  });
});

describe('problems', () => {
  const bad: [name: string, value: string][] = [
    ['PORT', '70000'],
    ['PORT', '3000.5'],
    ['PORT', '0x10'],
    ['BASE_URL', 'go.example.com'],
    ['BASE_URL', 'https://go.example.com/links'],
    ['BASE_URL', 'https://user@go.example.com'],
    ['SHORT_HOSTS', 'https://go.example.com'],
    ['APP_HOST', 'a b'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'nginx'],
    ['TRUSTED_PROXIES', '10.0.0.1/8/8'],
    ['CORS_ORIGINS', 'example.com'],
    ['CORS_ORIGINS', '*,https://example.com'],
    ['CLASSIC_API', 'public'],
    ['OUTBOX_MAX_BYTES', '12 parsecs'],
    ['OUTBOX_MAX_BYTES', '10'],
    ['OUTBOX_KEEP', '15 minutes'],
    ['OUTBOX_SYNC_MS', '0'],
    ['EVENT_LOG_SAMPLE_RATE', '1.1'],
    ['EVENT_LOG_SAMPLE_RATE', '-1'],
    ['EVENT_RETENTION_DAYS', 'forever'],
    ['ENABLE_RISK_SCORING', 'perhaps'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://localhost/waymark'],
    ['REDIS_URL', 'localhost:6379'],
    ['ROLES', 'edge,cook'],
    ['RELEASE_NOTES_URL', 'notes'],
    ['LANDING', 'nothing'],
    ['LANDING_URL', 'https://example.com/'],
    ['LANDING_URL', 'javascript:alert(1)'],
    ['LANDING_URL', 'https://user@example.com/'],
    ['LANDING_URL', 'https://example.com/a b'],
    ['LANDING_URL', `https://example.com/${'x'.repeat(2048)}`],
  ];
  for (const [name, value] of bad) {
    test(`${name}=${value} is one problem that names the variable`, () => {
      expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} .*\\.$`))]);
    });
  }

  test('all are told at once, each in a line of the message', () => {
    const env = { PORT: 'x', LOG_LEVEL: 'loud', ROLES: 'edge', CHAOS_TOKEN_FILE: '/nowhere/at/all' };
    expect(problemsOf(env).map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'CHAOS_TOKEN',
      'LOG_LEVEL',
      'ROLES',
    ]);
    expect(() => loadConfig(env)).toThrow(/has 4 problems:\n {2}- PORT .*\n/);
    expect(ConfigError.exitCode).toBe(78);
  });

  const DATABASE_URL = 'postgres://waymark@db/waymark';
  const REDIS_URL = 'redis://cache:6379';
  const lacking: [env: Record<string, string>, missing: string][] = [
    [{ DATABASE_URL }, 'REDIS_URL is not set'],
    [{ DATABASE_URL, ROLES: 'worker' }, 'REDIS_URL is not set'],
    [{ REDIS_URL }, 'DATABASE_URL is not set'],
    [{ ROLES: 'edge' }, 'DATABASE_URL, which is not set'],
    [{ ROLES: 'api,worker' }, 'DATABASE_URL, which is not set'],
    [{ DATABASE_URL, REDIS_URL, DB_MAX_CONNECTIONS: '3' }, 'DB_MAX_CONNECTIONS is 3'],
  ];
  for (const [env, missing] of lacking) {
    test(`${JSON.stringify(env)} is refused with what is missing`, () => {
      expect(problemsOf(env)).toEqual([expect.stringContaining(missing)]);
    });
  }

  test('a landing that redirects needs an address that does not lead back', () => {
    const redirect = { LANDING: 'redirect', BASE_URL: 'https://go.example.com' };
    expect(problemsOf(redirect)).toEqual([expect.stringContaining('LANDING_URL, where that leads, is not set')]);
    expect(problemsOf({ ...redirect, LANDING_URL: 'https://go.example.com/?a' })).toEqual([
      expect.stringContaining('leads back'),
    ]);
    expect(problemsOf({ ...redirect, LANDING_URL: 'https://go.example.com/app' })).toEqual([]);
  });

  test('roles apart run on PostgreSQL and Redis', () => {
    const { storage, roles } = loadConfig({ DATABASE_URL, REDIS_URL, ROLES: 'edge', DATA_DIR: '/srv/edge' });
    expect(roles).toEqual(['edge']);
    expect(storage).toEqual({
      kind: 'postgres',
      dataDir: '/srv/edge',
      databaseUrl: DATABASE_URL,
      redisUrl: REDIS_URL,
      connectionsMax: 20,
    });
  });

  const addresses: [value: string, problem: RegExp | null][] = [
    ['rediss://user:pass@cache:6380/2', null],
    ['redis+cluster://a:7000,b:7001,c:7002', null],
    ['redis+sentinel://:pass@a:26379,b:26379/main', null],
    ['redis://a:1,b:2', /several hosts/],
    ['redis+sentinel://a:26379', /name the group/],
    ['redis+cluster://a:70000', /must name hosts and ports/],
  ];
  for (const [REDIS_URL, problem] of addresses) {
    test(`REDIS_URL ${REDIS_URL} is ${problem === null ? 'taken' : 'refused'}`, () => {
      const problems = problem === null ? [] : [expect.stringMatching(problem)];
      expect(
        problemsOf({ DATABASE_URL, REDIS_URL }).filter(
          (one) =>
            one.startsWith('REDIS_URL has') || one.startsWith('REDIS_URL names') || one.startsWith('REDIS_URL must'),
        ),
      ).toEqual(problems);
    });
  }

  test('a host cannot serve links alone and the rest too', () => {
    const env = { APP_HOST: 'go.example.com', SHORT_HOSTS: 'go.example.com' };
    expect(problemsOf(env)).toEqual([expect.stringContaining('SHORT_HOSTS')]);
  });
});

describe('secrets from files', () => {
  const secret = 'a-secret-of-more-than-32-characters';

  test('the file of X_FILE is read, blanks around it trimmed', () => {
    const path = file('secret', ` ${secret}\n`);
    expect(loadConfig({ SECRET_KEY_FILE: path }).secrets.secretKey).toBe(secret);
  });

  test('both X and X_FILE are a problem that shows neither value', () => {
    const [problem = ''] = problemsOf({ SECRET_KEY: secret, SECRET_KEY_FILE: file('both', secret) });
    expect(problem).toContain('SECRET_KEY_FILE');
    expect(problem).not.toContain(secret);
  });

  test('a missing and an empty file are problems', () => {
    expect(problemsOf({ CHAOS_TOKEN_FILE: join(directory, 'missing') })).toEqual([expect.stringContaining('ENOENT')]);
    expect(problemsOf({ CHAOS_TOKEN_FILE: file('empty', '\n') })).toEqual([expect.stringContaining('is empty')]);
  });

  test('what is no secret has no such file', () => {
    expect(loadConfig({ PORT_FILE: file('port', '1') }).listen.port).toBe(3000);
  });
});

describe('warnings', () => {
  const cases: [name: string, expected: string | null][] = [
    ['WAYMARK_PORT', 'WAYMARK_PORT is not read; did you mean PORT?'],
    ['WAYMARK_LOGLEVEL', 'WAYMARK_LOGLEVEL is not read; did you mean LOG_LEVEL?'],
    ['WAYMARK_NONSENSE', 'WAYMARK_NONSENSE is not read: Waymark has no such option.'],
    ['DATADIR', 'DATADIR is not read; did you mean DATA_DIR?'],
    ['TRUSTED_PROXY', null],
    ['TRUSTED_PROXIS', 'TRUSTED_PROXIS is not read; did you mean TRUSTED_PROXIES?'],
    ['SECRET_KEY_FIL', 'SECRET_KEY_FIL is not read; did you mean SECRET_KEY_FILE?'],
    ['WAYMARK_URL', null],
    ['WAYMARK_API_KEY', null],
    ['HOME', null],
    ['PATH', null],
    ['HOSTNAME', null],
  ];
  for (const [name, expected] of cases) {
    test(`${name} ${expected === null ? 'is nobody’s business' : 'is warned of with the nearest name'}`, () => {
      expect(loadConfig({ [name]: 'x' }).warnings).toEqual(expected === null ? [] : [expected]);
    });
  }

  test('a secret that might be guessed is named, not shown', () => {
    expect(loadConfig({ BOOTSTRAP_API_KEY: 'letmein' }).warnings).toEqual([
      'BOOTSTRAP_API_KEY has fewer than 16 characters and might be guessed.',
    ]);
  });

  test('an option that this release does nothing with is named', () => {
    const { warnings } = loadConfig({ SENTRY_DSN: 'https://key@sentry.example.com/1' });
    expect(warnings).toEqual(['SENTRY_DSN is set and has no effect: it arrives with the observability release.']);
  });
});
