import assert from 'node:assert/strict';
import { startRedisCluster } from '../../../src/commands/cluster/redis-cluster.ts';
import { until } from '../../../src/commands/cluster/until.ts';
import { smallDisk, whyNoSmallDisk } from '../small-disk.ts';
import { Drill } from './drill.ts';
import type { Fault } from './faults.ts';
import { makeLink, type Written, whereTo } from './links-by-api.ts';

/** A fault that takes servers unlike those of other drills. */
export interface OwnServerFault {
  /** Why it can't be had here; null where it can. */
  whyNot(): string | null;
  /** A drill on those servers, and what goes wrong in it. Disposing of it stops all of them. */
  start(): Promise<AsyncDisposable & { drill: Drill; fault: Fault }>;
}

const seconds = (n: number) => Bun.sleep(n * 1000);
/** A fresh PostgreSQL takes 60 MiB, of which 16 are its log. */
const DISK_MIB = 320;

export const OWN_SERVER_FAULTS: Record<string, OwnServerFault> = {
  'the disk of PostgreSQL is full': {
    whyNot: whyNoSmallDisk,
    async start() {
      await using servers = new AsyncDisposableStack();
      const disk = servers.use(smallDisk(DISK_MIB));
      const settings = { max_wal_size: '64MB', min_wal_size: '32MB' };
      const drill = servers.use(await Drill.start({ postgres: { dir: disk.dir, settings } }));
      const fault: Fault = async ({ cluster }, { scale }) => {
        const { postgres } = cluster;
        disk.fill();
        await writesAnswer(cluster, 503);
        await seconds(4 * scale);
        disk.fill(); // What was removed meanwhile.
        await writesAnswer(cluster, 503);
        disk.free();
        await writesAnswer(cluster, 201);

        // With no room for its log either it ends, or starts again and again.
        disk.fill();
        for (let i = 0; i < 8; i++) await postgres.psql('SELECT pg_switch_wal()', 'waymark').catch(() => '');
        await writesAnswer(cluster, 503);
        await seconds(4 * scale);
        disk.free();
        if (postgres.pid === 0) await postgres.start();
        await writesAnswer(cluster, 201);
        await seconds(1);
      };
      const all = servers.move();
      return { drill, fault, [Symbol.asyncDispose]: () => all.disposeAsync() };
    },
  },

  'each node of a Redis Cluster is killed and comes back empty': {
    whyNot: () => null,
    async start() {
      await using servers = new AsyncDisposableStack();
      const redis = servers.use(await startRedisCluster());
      const drill = servers.use(await Drill.start({ env: { REDIS_URL: redis.url } }));
      const fault: Fault = async (given, { scale }) => {
        assert.ok(await showsClicks(given, await worksAtOnce(given)));
        for (const node of redis.nodes) {
          await node.kill();
          await seconds(4 * scale);
          await node.start();
          await seconds(1);
        }
        const link = await worksAtOnce(given);
        await until(() => showsClicks(given, link), { what: 'clicks at once again' });
      };
      const all = servers.move();
      return { drill, fault, [Symbol.asyncDispose]: () => all.disposeAsync() };
    },
  },
};

/** Makes links until one is answered so. A refusal says when to come again. */
async function writesAnswer(cluster: Drill['cluster'], status: Written['status']): Promise<void> {
  await until(
    async () => {
      const made = await makeLink(cluster, `written-${crypto.randomUUID()}`);
      assert.ok(made.status === 201 || made.status === 503, `POST /urls answered ${made.status}`);
      if (made.status === 503) assert.ok((made.retryAfter ?? 0) > 0, 'a 503 says when to come again');
      return made.status === status;
    },
    { what: `${status} to a write`, withinMs: 30_000, everyMs: 5 },
  );
}

/** A link works at every edge when its creation is answered. */
async function worksAtOnce({ cluster }: Drill): Promise<{ id: number; code: string }> {
  const code = `at-once-${crypto.randomUUID().slice(0, 8)}`;
  const { id, status } = await makeLink(cluster, code);
  assert.equal(status, 201);
  for (const edge of cluster.edges) assert.equal(await whereTo(edge, code), `302 https://example.com/${code}`);
  return { id, code };
}

/** Clicks are shown when they are asked for, or the answer says that it lags. Returns whether they were shown. */
async function showsClicks({ cluster }: Drill, { id, code }: { id: number; code: string }): Promise<boolean> {
  const before = await clicksShown(id);
  for (const { url } of cluster.edges) await fetch(`${url}/${code}`, { redirect: 'manual' });
  const after = await clicksShown(id);
  if (before.isLate || after.isLate) return false;
  assert.equal(after.clicks, before.clicks + cluster.edges.length);
  return true;

  async function clicksShown(id: number): Promise<{ clicks: number; isLate: boolean }> {
    const events = await fetch(`${cluster.url}/events?url_id=${id}&event_type=click`);
    const { length } = (await events.json()) as unknown[];
    return { clicks: length, isLate: events.headers.has('x-data-lag') };
  }
}
