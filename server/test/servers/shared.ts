import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { psql } from '../../src/commands/cluster/postgres-server.ts';
import { runToEnd } from '../../src/commands/cluster/run-to-end.ts';

/** Addresses of the servers that all tests of a run share. */
interface SharedServers {
  /** Of the maintenance database, as superuser. */
  TEST_DATABASE_URL: string;
  TEST_REDIS_URL: string;
}

/** A database that only one test file uses. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
  /** Runs statements and returns what psql prints: a line for each row, `|` between columns. */
  psql(sql: string): Promise<string>;
  /** Deletes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A part of the shared Redis that only one test file uses. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** What every key of this test begins with. */
  readonly keyPrefix: string;
  /** Deletes the keys that begin with it. */
  drop(): Promise<void>;
}

/** Something all test databases of one kind start from, built once for a server. */
export interface DatabaseTemplate {
  /** Unique to what `build` makes. Shape: lower-case letters, digits, underscores. */
  name: string;
  /** Fills an empty database, and leaves no connection to it open. */
  build(url: string): Promise<void>;
}

/** Makes a database of its own for this test: empty, or a copy of a template. */
export async function testDatabase({ template }: { template?: DatabaseTemplate } = {}): Promise<TestDatabase> {
  const { TEST_DATABASE_URL: server } = await sharedServers();
  const from = template === undefined ? 'template1' : await builtTemplate(server, template);
  const name = freshName('waymark_test');
  await psql(server, `CREATE DATABASE ${name} TEMPLATE ${from}`);
  const url = urlOf(server, name);
  const drop = async () => {
    await psql(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return { url, name, psql: (sql) => psql(url, sql), drop, [Symbol.asyncDispose]: drop };
}

/** Hands out the shared Redis with a key prefix of its own. What can't live with others there starts a Redis itself. */
export async function testRedis(): Promise<TestRedis> {
  const { TEST_REDIS_URL: url } = await sharedServers();
  const keyPrefix = `${freshName('test')}:`;
  const cli = (...args: string[]) => runToEnd('redis-cli', ['-e', '-u', url, ...args]);
  const drop = async () => {
    const keys = (await cli('--scan', '--pattern', `${keyPrefix}*`)).split('\n').filter(Boolean);
    for (let i = 0; i < keys.length; i += 500) await cli('UNLINK', ...keys.slice(i, i + 500));
  };
  return { url, keyPrefix, drop, [Symbol.asyncDispose]: drop };
}

/** @NOTE A template under its final name is complete: it is built under another and renamed, so two builders do no harm. */
async function builtTemplate(server: string, { name, build }: DatabaseTemplate): Promise<string> {
  const done = `waymark_template_${name}`;
  const isThere = async () => (await psql(server, `SELECT 1 FROM pg_database WHERE datname = '${done}'`)) === '1';
  if (await isThere()) return done;
  const building = freshName('waymark_building');
  await psql(server, `CREATE DATABASE ${building}`);
  try {
    await build(urlOf(server, building));
    await psql(server, `ALTER DATABASE ${building} RENAME TO ${done}`);
  } catch (error) {
    await psql(server, `DROP DATABASE ${building} WITH (FORCE)`);
    if (!(await isThere())) throw error;
  }
  return done;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

function freshName(kind: string): string {
  return `${kind}_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;
}

const PRIVATE_SERVERS = Symbol.for('waymark.test.privateServers');
const kept = globalThis as { [PRIVATE_SERVERS]?: Promise<SharedServers> };

/** The run's servers where scripts/ started them; else private ones, started once and gone with this process. */
function sharedServers(): Promise<SharedServers> {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  if (TEST_DATABASE_URL && TEST_REDIS_URL) return Promise.resolve({ TEST_DATABASE_URL, TEST_REDIS_URL });
  kept[PRIVATE_SERVERS] ??= startPrivateServers();
  return kept[PRIVATE_SERVERS];
}

function startPrivateServers(): Promise<SharedServers> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-servers.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the servers for tests did not start (${code})`)));
    createInterface(child.stdout).once('line', (line) => {
      child.unref();
      resolve(JSON.parse(line) as SharedServers);
    });
  });
}
