import { freePort } from './free-port.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { until } from './until.ts';

const SLOTS = 16_384;

/** Masters that share the slots of a Redis Cluster, without replicas. Disposing of it stops and deletes all. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  /** As REDIS_URL takes it. */
  readonly url: string;
  /** One address for each master. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** Starts a Redis Cluster and waits until every node knows all others and all slots are served. */
export async function startRedisCluster(masters = 3): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  try {
    const buses: string[] = [];
    for (let i = 0; i < masters; i++) {
      const bus = String(await freePort());
      buses.push(bus);
      nodes.push(await startRedis({ settings: { 'cluster-enabled': 'yes', 'cluster-port': bus } }));
    }
    await connect(nodes, buses);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { nodes, url, urls: nodes.map(({ url }) => url), stop, [Symbol.asyncDispose]: stop };
}

async function connect(nodes: readonly RedisServer[], buses: readonly string[]): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [i, node] of nodes.entries()) {
    const last = Math.min(SLOTS, (i + 1) * share) - 1;
    await node.command('CLUSTER', 'ADDSLOTSRANGE', String(i * share), String(last));
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
  }
  for (const [i, node] of nodes.entries())
    if (i > 0) await nodes[0]?.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), buses[i] ?? '');
  const isWhole = async (node: RedisServer) => {
    const info = await node.command('CLUSTER', 'INFO');
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`);
  };
  await until(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean), { what: 'the Redis Cluster' });
}
