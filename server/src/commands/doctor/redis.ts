import { type RedisFacts, readRedisFacts } from '../../storage/redis/redis-facts.ts';
import type { ScaledOutConfig } from '../postgres/with-pool.ts';
import { type Check, fail, ok, warn } from './check.ts';

const VERSION_MIN = 7;
const TIMEOUT_MS = 3000;

/** Redis as this machine reaches it. */
export async function checkRedis({ storage }: ScaledOutConfig): Promise<Check[]> {
  const facts = await readRedisFacts(storage.redisUrl, TIMEOUT_MS);
  if (facts === null)
    return [
      fail(
        'Redis',
        'does not answer',
        'check REDIS_URL, the network, and that the server runs; meanwhile edges ingest by themselves',
      ),
    ];
  return redisChecks(facts);
}

export function redisChecks({ version, policy }: RedisFacts): Check[] {
  const checks: Check[] = [];
  const isOld = version !== null && Number.parseInt(version, 10) < VERSION_MIN;
  const found = version === null ? 'answers' : `version ${version}`;
  checks.push(
    isOld ? warn('Redis', found, `Waymark is tested with Redis ${VERSION_MIN} and newer`) : ok('Redis', found),
  );
  if (policy !== null && policy !== 'noeviction')
    checks.push(
      warn(
        'Redis memory',
        `maxmemory-policy is ${policy}`,
        'set it to noeviction: what is evicted from the click stream is sent again and again',
      ),
    );
  return checks;
}
