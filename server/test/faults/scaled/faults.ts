import { psql } from '../../../src/commands/cluster/postgres-server.ts';
import { until } from '../../../src/commands/cluster/until.ts';
import type { WaymarkProcess } from '../../../src/commands/cluster/waymark-process.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';
import type { Drill } from './drill.ts';

/** How long the long faults take: 1 in a run of all tests, more by hand. Units: the seconds they ask for, times this. */
export interface FaultScale {
  scale: number;
}

/** Something that goes wrong while visitors come. Each ends with everything running again. */
export type Fault = (drill: Drill, scale: FaultScale) => Promise<void>;

const seconds = (n: number) => Bun.sleep(n * 1000);

/** What may go wrong without one visit of a known link going unanswered. */
export const FAULTS: Record<string, Fault> = {
  'kill -9 of every kind of process at random': async ({ cluster }, { scale }) => {
    const parts = [...cluster.waymarks, cluster.redis, cluster.postgres];
    for (let i = 0; i < 12 * scale; i++) {
      const part = parts[Math.floor(Math.random() * parts.length)];
      await part?.kill();
      await seconds(Math.random() * 0.5);
      await part?.start();
      await seconds(0.2 + Math.random() * 0.5);
    }
  },

  'Redis is killed and comes back empty': async ({ cluster }, { scale }) => {
    for (let i = 0; i < 3 * scale; i++) {
      await seconds(1);
      await cluster.redis.kill();
      await seconds(1);
      await cluster.redis.start();
    }
    await seconds(1);
  },

  'Redis is flushed again and again': async ({ cluster }, { scale }) => {
    for (let i = 0; i < 10 * scale; i++) {
      await seconds(0.3);
      await cluster.redis.flushAll();
    }
  },

  'Redis hangs': async ({ cluster }, { scale }) => {
    cluster.redis.pause();
    await seconds(5 * scale);
    cluster.redis.resume();
    await seconds(1);
  },

  'one edge alone can’t reach Redis': async ({ cluster }, { scale }) => {
    const [edge] = cluster.edges;
    await using proxy = new TcpProxy(cluster.redis.port);
    await edge?.restart({ REDIS_URL: proxy.urlFor(cluster.redisUrl) });
    await seconds(1);
    proxy.cut();
    await seconds(2 * scale);
    proxy.heal();
    await seconds(1);
    proxy.stall();
    await seconds(2 * scale);
    proxy.heal();
    await edge?.restart({ REDIS_URL: cluster.redisUrl });
  },

  'PostgreSQL is restarted, then killed': async ({ cluster }) => {
    await seconds(1);
    await cluster.postgres.restart();
    await seconds(1);
    await cluster.postgres.kill();
    await seconds(0.5);
    await cluster.postgres.start();
    await seconds(1);
  },

  'PostgreSQL is away': async ({ cluster }, { scale }) => {
    await cluster.postgres.stop();
    await seconds(6 * scale);
    await cluster.postgres.start();
    await seconds(1);
  },

  'a lock on the tables of ingest is held': async ({ cluster }, { scale }) => {
    await psql(
      cluster.databaseUrl,
      `BEGIN; LOCK TABLE ingest_edges, link_stats IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${5 * scale}); COMMIT`,
    );
  },

  'PostgreSQL and Redis are both away': async ({ cluster }, { scale }) => {
    await Promise.all([cluster.postgres.stop(), cluster.redis.kill()]);
    await seconds(6 * scale);
    await Promise.all([cluster.postgres.start(), cluster.redis.start()]);
    await seconds(1);
  },

  'a worker is stopped for longer than another waits to claim its work, then goes on': async (
    { cluster, load },
    { scale },
  ) => {
    const other = await cluster.add('worker');
    const [worker] = cluster.workers;
    await seconds(1);
    worker?.pause();
    const before = load.total.redirected;
    await seconds(8 * scale);
    worker?.resume();
    await until(() => load.total.redirected > before, { what: 'visits after the pause' });
    await seconds(2);
    await other.term();
  },

  'everything is restarted in turn': async ({ cluster }) => {
    const inTurn = async (processes: readonly WaymarkProcess[]) => {
      for (const one of processes) {
        await one.restart();
        await seconds(2.5); // nginx asks a server that has failed again after two seconds.
      }
    };
    await inTurn(cluster.edges);
    await inTurn(cluster.apis);
    await inTurn(cluster.workers);
    await cluster.nginx.reload();
    await seconds(1);
  },
};
