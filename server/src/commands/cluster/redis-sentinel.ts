import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { OwnProcess } from './own-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { runToEnd } from './run-to-end.ts';
import { until } from './until.ts';

/** A master, its replica, and a sentinel that makes the replica the master when the master is gone for a second. */
export interface RedisSentinel extends AsyncDisposable {
  /** As REDIS_URL takes it. */
  readonly url: string;
  /** The name of the group that the sentinel watches. */
  readonly name: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinelPort: number;
  /** The port of whoever is the master by what the sentinel says. */
  masterPort(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts all three and waits until the sentinel knows the replica. */
export async function startSentinel(name = 'waymark'): Promise<RedisSentinel> {
  const dir = mkdtempSync(join(tmpdir(), 'waymark-sentinel-'));
  const opened: AsyncDisposable[] = [];
  const stop = async () => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const master = await startRedis();
    opened.push(master);
    const replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${master.port}` } });
    opened.push(replica);
    const port = await freePort();
    const ask = (...args: string[]) => runToEnd('redis-cli', ['-e', '-p', String(port), 'SENTINEL', ...args], 10_000);
    opened.push(watch(dir, port, name, master.port));
    await until(async () => (await ask('REPLICAS', name).catch(() => '')).includes(`127.0.0.1:${replica.port}`), {
      what: 'the sentinel',
    });
    const masterPort = async () => Number((await ask('GET-MASTER-ADDR-BY-NAME', name)).split('\n')[1]);
    const url = `redis+sentinel://127.0.0.1:${port}/${name}`;
    return { url, name, master, replica, sentinelPort: port, masterPort, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function watch(dir: string, port: number, name: string, masterPort: number): AsyncDisposable {
  const conf = join(dir, 'sentinel.conf');
  writeFileSync(
    conf,
    `port ${port}
bind 127.0.0.1
dir ${dir}
sentinel monitor ${name} 127.0.0.1 ${masterPort} 1
sentinel down-after-milliseconds ${name} 1000
sentinel failover-timeout ${name} 3000
`,
  );
  const sentinel = new OwnProcess({
    command: 'redis-server',
    args: [conf, '--sentinel'],
    logFile: join(dir, 'sentinel.log'),
  });
  return {
    async [Symbol.asyncDispose]() {
      await sentinel.finish('SIGTERM');
    },
  };
}
