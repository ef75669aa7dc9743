import { RedisConnection } from './redis-connection.ts';

/** What an operator's look at Redis finds; null where it does not tell. */
export interface RedisFacts {
  version: string | null;
  /** `maxmemory-policy`. */
  policy: string | null;
}

/** Null where it does not answer in time. */
export async function readRedisFacts(url: string, timeoutMs: number): Promise<RedisFacts | null> {
  const redis = new RedisConnection({ url, name: 'waymark doctor', commandMs: timeoutMs });
  try {
    if (!(await redis.ready(timeoutMs))) return null;
    const info = await redis.send('info', 'server').catch(() => '');
    const policy = await redis.send('config', 'get', 'maxmemory-policy').catch(() => []);
    return {
      version: /^redis_version:(\S+)/m.exec(String(info))?.[1] ?? null,
      policy: Array.isArray(policy) && typeof policy[1] === 'string' ? policy[1] : null,
    };
  } finally {
    redis.close();
  }
}
