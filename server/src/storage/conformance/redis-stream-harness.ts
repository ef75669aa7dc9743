import { RedisClickConsumer } from '../redis/redis-click-consumer.ts';
import { RedisClickStream } from '../redis/redis-click-stream.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { streamKeys } from '../redis/stream-keys.ts';
import type { StreamHarness } from './click-stream.ts';

const ENTRIES_MAX = 160;

/** A click stream under keys of its own. Errors: throws where Redis does not answer. */
export async function redisStreamHarness(url: string, loseEverything: () => Promise<void>): Promise<StreamHarness> {
  const redis = new RedisConnection({ url, name: 'stream test', commandMs: 2000 });
  if (!(await redis.ready(5000))) throw new Error(`no Redis: ${redis.lastError}`);
  const keys = streamKeys(`test${crypto.randomUUID().slice(0, 8)}:`);
  return {
    stream: new RedisClickStream(redis, { keys, entriesMax: ENTRIES_MAX }),
    consumer: (claimMs = 30_000) => new RedisClickConsumer(redis, { name: crypto.randomUUID(), keys, claimMs }),
    entriesMax: ENTRIES_MAX,
    async spoil() {
      await redis.send('xadd', keys.shards[0] ?? '', '*', 'e', 'nobody', 'f', '0');
    },
    loseEverything,
    async close() {
      await Promise.all([...keys.shards, keys.malformed].map((key) => redis.send('unlink', key)));
      redis.close();
    },
  };
}
