import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClusterOptions } from './cluster-options.ts';
import { freePort } from './free-port.ts';
import { installCommand, missingServers } from './installed.ts';
import type { NginxServer } from './nginx-server.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { changePools, startWaymarkNginx } from './waymark-nginx.ts';
import type { Role, WaymarkProcess } from './waymark-process.ts';
import { Waymarks } from './waymarks.ts';

const DATABASE = 'waymark';

/** A whole installation of Waymark on this machine. Disposing of it stops it. */
export interface Cluster extends AsyncDisposable {
  readonly dir: string;
  /** Where visitors and clients go: nginx. */
  readonly url: string;
  /** An admin key that every Waymark of it knows. */
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly nginx: NginxServer;
  readonly edges: readonly WaymarkProcess[];
  readonly apis: readonly WaymarkProcess[];
  readonly workers: readonly WaymarkProcess[];
  /** Every Waymark of it, those added later too. */
  readonly waymarks: readonly WaymarkProcess[];
  /** Starts one more, and lets nginx send it its share. */
  add(role: Role): Promise<WaymarkProcess>;
  /** Stops everything in the reverse order of its start: first nobody comes in any more, at last the databases go. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, Redis, the Waymarks of each role and nginx in front of them, on loopback, and waits until all are
 * ready. Errors: rejects with the end of the log of what failed; everything is stopped by then.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const missing = missingServers();
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}. Try: ${installCommand(missing)}`);
  const dir = prepareDir(options.dir);
  /** How to undo what has been done, in order. */
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  };
  try {
    const { edges = 2, apis = 2, workers = 1, onStep = () => {} } = options;
    onStep('starting PostgreSQL and Redis');
    const { postgres, redis } = await startDatabases(dir, options, undo);
    const databaseUrl = await postgres.createDatabase(DATABASE);
    const port = options.port ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    const apiKey = `cluster-${crypto.randomUUID()}`;
    const waymarks = new Waymarks(dir, sharedEnv(url, apiKey, databaseUrl, redis.url), options);
    onStep(`starting ${edges} edges, ${apis} API servers and ${workers} workers`);
    for (let i = 0; i < apis; i++) await waymarks.create('api');
    for (let i = 0; i < workers; i++) await waymarks.create('worker');
    for (let i = 0; i < edges; i++) await waymarks.create('edge');
    undo.push(() => waymarks.stop());
    await Promise.all(waymarks.all.map((waymark) => waymark.start()));
    onStep('starting nginx');
    const nginx = await startWaymarkNginx({
      dir: part(dir, 'nginx'),
      port,
      cores: options.cores?.nginx ?? null,
      ...options.nginx,
      ...waymarks.pools,
    });
    undo.push(() => nginx.stop());
    const add = async (role: Role) => {
      const waymark = await waymarks.create(role);
      await waymark.start();
      if (role !== 'worker') await changePools(nginx, waymarks.pools);
      return waymark;
    };
    const { edge, api, worker } = waymarks;
    return {
      ...{ dir, url, apiKey, databaseUrl, redisUrl: redis.url, postgres, redis, nginx },
      ...{ edges: edge, apis: api, workers: worker, add, stop, [Symbol.asyncDispose]: stop },
      get waymarks() {
        return waymarks.all;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDatabases(dir: string, { postgres, cores }: ClusterOptions, undo: (() => Promise<void>)[]) {
  const [database, redis] = await Promise.allSettled([
    startPostgres({
      fsync: true,
      ...postgres,
      dir: postgres?.dir ?? part(dir, 'postgres'),
      cores: cores?.postgres ?? null,
    }),
    startRedis({ dir: part(dir, 'redis'), cores: cores?.redis ?? null }),
  ]);
  for (const server of [database, redis]) if (server.status === 'fulfilled') undo.push(() => server.value.stop());
  if (database.status === 'rejected') throw database.reason;
  if (redis.status === 'rejected') throw redis.reason;
  return { postgres: database.value, redis: redis.value };
}

function sharedEnv(url: string, apiKey: string, databaseUrl: string, redisUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    BASE_URL: url,
    TRUSTED_PROXIES: '127.0.0.1',
    CLASSIC_API: 'open',
    SECRET_KEY: crypto.randomUUID() + crypto.randomUUID(),
    BOOTSTRAP_API_KEY: apiKey,
  };
}

/** @NOTE PostgreSQL and nginx's workers are other users than root: they need to pass through. */
function prepareDir(given: string | undefined): string {
  if (given === undefined) {
    const dir = mkdtempSync(join(tmpdir(), 'waymark-cluster-'));
    chmodSync(dir, 0o711);
    return dir;
  }
  const dir = resolve(given);
  if (existsSync(dir) && readdirSync(dir).length > 0) throw new Error(`${dir} is not empty`);
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  return dir;
}

function part(dir: string, name: string): string {
  const path = join(dir, name);
  mkdirSync(path, { mode: 0o711 });
  return path;
}
