import type { Cluster } from './start-cluster.ts';

/** One process of a cluster as it is shown. */
export interface ClusterPart {
  name: string;
  /** Where it is reached; null where nobody calls it. */
  address: string;
  pid: number;
  log: string;
}

/** A cluster as it is shown, and as programs read it. */
export interface ClusterView {
  url: string;
  apiKey: string;
  databaseUrl: string;
  redisUrl: string;
  dir: string;
  parts: ClusterPart[];
}

export function viewOf(cluster: Cluster): ClusterView {
  const { url, apiKey, databaseUrl, redisUrl, dir, postgres, redis, nginx, edges, apis, workers } = cluster;
  return {
    ...{ url, apiKey, databaseUrl, redisUrl, dir },
    parts: [
      { name: 'nginx', address: nginx.url, pid: nginx.pid, log: nginx.logFile },
      ...[...edges, ...apis, ...workers].map((one) => ({
        name: one.name,
        address: one.url,
        pid: one.pid,
        log: one.logFile,
      })),
      { name: 'postgres', address: databaseUrl, pid: postgres.pid, log: postgres.logFile },
      { name: 'redis', address: redisUrl, pid: redis.pid, log: redis.logFile },
    ],
  };
}

/** For people: what runs where, and what to try first. */
export function clusterText({ url, apiKey, dir, parts }: ClusterView): string {
  const nameWidth = Math.max(...parts.map(({ name }) => name.length));
  const addressWidth = Math.max(...parts.map(({ address }) => address.length));
  const rows = parts.map(
    ({ name, address, pid, log }) =>
      `  ${name.padEnd(nameWidth)}  ${address.padEnd(addressWidth)}  pid ${String(pid).padEnd(7)}  ${log.replace(`${dir}/`, '')}`,
  );
  return `Waymark cluster in ${dir}

${rows.join('\n')}

Shorten a link and follow it, through nginx:
  curl -s ${url}/shorten -H 'Content-Type: application/json' -d '{"url":"https://example.com/"}'
The command, with an admin key:
  export WAYMARK_URL=${url} WAYMARK_API_KEY=${apiKey}
  npx waymark links list
The classic API is open here. Kill what you like; Ctrl-C stops all of it.`;
}
