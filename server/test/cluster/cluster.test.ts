import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalProcess } from '../../src/commands/cluster/process-tree.ts';
import { type Cluster, startCluster } from '../../src/commands/cluster/start-cluster.ts';

describe('a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ envOf: { 'edge-2': { APP_VERSION: '9.9.9' } } });
  }, 90_000);
  afterAll(() => cluster?.stop(), 60_000);

  const versionOf = async (url: string) =>
    ((await (await fetch(`${url}/health`)).json()) as { version: string }).version;

  test('answers through nginx, with two edges, two API servers and a worker behind it', async () => {
    expect(cluster.edges.map(({ name }) => name)).toEqual(['edge-1', 'edge-2']);
    expect(cluster.apis.map(({ name }) => name)).toEqual(['api-1', 'api-2']);
    expect(cluster.workers.map(({ name }) => name)).toEqual(['worker-1']);
    expect((await fetch(`${cluster.url}/health`)).status).toBe(200);
    const keyed = await fetch(`${cluster.url}/api/v1/links`, {
      headers: { Authorization: `Bearer ${cluster.apiKey}` },
    });
    expect(keyed.status).toBe(200);
  });

  test('gives one process an environment of its own', async () => {
    expect(await Promise.all(cluster.edges.map(({ url }) => versionOf(url)))).toEqual([
      expect.not.stringMatching('9.9.9'),
      '9.9.9',
    ]);
  });

  test('a process comes back on its port and its data after a kill and after a stop', async () => {
    const [edge] = cluster.edges;
    if (!edge) throw new Error('no edge');
    const before = edge.pid;
    expect(await edge.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(edge.pid).toBe(0);
    await edge.start();
    expect(edge.pid).not.toBe(before);
    expect(await edge.restart({ APP_VERSION: '8.8.8' })).toEqual({ code: 0, signal: null });
    expect(await versionOf(edge.url)).toBe('8.8.8');
    expect(edge.log().filter((line) => line.includes('Waymark is ready'))).toHaveLength(3);
  }, 30_000);

  test('a process that is paused answers nothing, and goes on when it is resumed', async () => {
    const [api] = cluster.apis;
    if (!api) throw new Error('no API server');
    api.pause();
    expect(fetch(`${api.url}/health`, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
    api.resume();
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
  });

  test('one that can’t start says why, at the end of its log', async () => {
    const worker = cluster.workers[0];
    if (!worker) throw new Error('no worker');
    await worker.term();
    const { env } = worker;
    await expect(worker.start({ LOG_LEVEL: 'loud' })).rejects.toThrow(/worker-1 ended[\s\S]*LOG_LEVEL/);
    worker.env = env;
    await worker.start();
  }, 30_000);

  test('takes in another edge', async () => {
    const edge = await cluster.add('edge');
    expect([edge.name, cluster.edges.length]).toEqual(['edge-3', 3]);
    expect(cluster.nginx.read('waymark-local/edges.conf')).toContain(`127.0.0.1:${edge.port} `);
  }, 30_000);

  test('leaves no process and no directory behind', async () => {
    const { dir, postgres, redis, nginx, edges, apis, workers } = cluster;
    const pids = [postgres, redis, nginx, ...edges, ...apis, ...workers].map(({ pid }) => pid);
    expect(pids).not.toContain(0);
    await cluster.stop();
    expect(pids.filter((pid) => signalProcess(pid, 0))).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  }, 60_000);
});

describe('where a cluster can’t be started', () => {
  test('nothing is left, and the reason is told', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'waymark-cluster-test-'));
    chmodSync(dir, 0o711);
    try {
      const options = { dir, edges: 1, apis: 1, env: { LOG_LEVEL: 'loud' } };
      await expect(startCluster(options)).rejects.toThrow(/LOG_LEVEL/);
      expect(existsSync(join(dir, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
      await expect(startCluster({ dir })).rejects.toThrow('is not empty');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }, 60_000);

  test('a directory that PostgreSQL may not enter is named', async () => {
    if (process.getuid?.() !== 0) return; // Anybody else's PostgreSQL is their own.
    const dir = mkdtempSync(join(tmpdir(), 'waymark-cluster-test-'));
    await expect(startCluster({ dir })).rejects.toThrow(`chmod o+x ${dir}`);
    rmSync(dir, { recursive: true });
  }, 30_000);

  test('a directory with something in it is refused', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'waymark-cluster-test-'));
    writeFileSync(join(dir, 'mine'), '');
    await expect(startCluster({ dir })).rejects.toThrow('is not empty');
    expect(existsSync(join(dir, 'mine'))).toBe(true);
    rmSync(dir, { recursive: true });
  });
});
