/** Where a Redis is and how to sign in there. Absent credentials are null. */
export interface RedisAddress {
  /** `single`: one server. `sentinel`: `nodes` are sentinels, who know the master of the group. `cluster`: some nodes of it. */
  kind: 'single' | 'sentinel' | 'cluster';
  /** Shape: at least one; exactly one for `single`. */
  nodes: { host: string; port: number }[];
  tls: boolean;
  username: string | null;
  password: string | null;
  /** Number of the database; 0 in a cluster. */
  db: number;
  /** Name of the group that the sentinels watch; null for the others. */
  masterName: string | null;
  sentinelUsername: string | null;
  sentinelPassword: string | null;
}

/** The forms that `parseRedisUrl` takes, for documentation. */
export const REDIS_URL_FORMS = [
  'redis://[user:password@]host[:port][/db]',
  'redis+sentinel://[user:password@]host[:port],host[:port].../group[/db][?sentinelUsername=...&sentinelPassword=...]',
  'redis+cluster://[user:password@]host[:port],host[:port]...',
] as const;

const FORM = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?]*)@)?([^@/?]+)(\/[^?]*)?(?:\?(.*))?$/;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;
const PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * Reads the address of a Redis or Valkey. `rediss` in place of `redis` means TLS. Credentials are percent-encoded.
 * Errors: throws an Error whose message completes "NAME ...".
 */
export function parseRedisUrl(url: string): RedisAddress {
  const [, scheme, form, credentials, hosts = '', path = '', query = ''] = FORM.exec(url) ?? [];
  if (scheme === undefined) throw new Error(`must be one of ${REDIS_URL_FORMS.join(', ')}`);
  const kind = (form ?? 'single') as RedisAddress['kind'];
  const nodes = hosts.split(',').map((host) => readHost(host, kind === 'sentinel' ? SENTINEL_PORT : PORT));
  if (kind === 'single' && nodes.length > 1) {
    throw new Error('names several hosts: start it with redis+cluster:// or redis+sentinel://');
  }
  const parts = path.split('/').slice(1).map(decode);
  const masterName = kind === 'sentinel' ? (parts.shift() ?? '') : null;
  if (masterName === '')
    throw new Error('must name the group that the sentinels watch: redis+sentinel://host:port/group');
  const [db = '', ...rest] = parts;
  if (rest.length > 0 || !/^\d{0,5}$/.test(db))
    throw new Error(`must end with the number of a database, not "${path}"`);
  if (kind === 'cluster' && Number(db) !== 0) throw new Error('must name no database: a cluster has only one');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (kind !== 'sentinel' || !['sentinelUsername', 'sentinelPassword'].includes(name))
      throw new Error(`knows no parameter "${name}"`);
  }
  return {
    kind,
    nodes,
    tls: scheme === 'rediss',
    ...readCredentials(credentials ?? ''),
    db: Number(db),
    masterName,
    sentinelUsername: parameters.get('sentinelUsername'),
    sentinelPassword: parameters.get('sentinelPassword'),
  };
}

function readHost(text: string, port: number): RedisAddress['nodes'][number] {
  const [, v6, name, given] = HOST.exec(text.trim()) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(given ?? port) > 65_535) throw new Error(`must name hosts and ports, not "${text}"`);
  return { host, port: Number(given ?? port) };
}

function readCredentials(text: string): { username: string | null; password: string | null } {
  const [username = '', ...rest] = text.split(':');
  return { username: decode(username) || null, password: decode(rest.join(':')) || null };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`must be percent-encoded: "${text}" is not`);
  }
}
