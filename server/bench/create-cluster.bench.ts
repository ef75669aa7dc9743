import { rmSync } from 'node:fs';
import { psql } from '../src/commands/cluster/postgres-server.ts';
import { startCluster } from '../src/commands/cluster/start-cluster.ts';
import { clusterSeconds } from './lib/cluster-seconds.ts';
import { creationScript } from './lib/creations.ts';
import { ADMIN_KEY, temporary, wrk } from './lib/processes.ts';
import { machine, median } from './lib/report.ts';

// Link creation over the v1 API of a cluster, each committed to PostgreSQL's disk before its 201, from 16 connections: all at
// one API server, then eight at each of two, without nginx (whose clients have limits). Everything shares the machine's cores; there is no bar, it is for planning.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

console.log(machine());
const dir = temporary('create-cluster');
const script = creationScript(dir);
await using cluster = await startCluster({ edges: 1, env: { BOOTSTRAP_API_KEY: ADMIN_KEY, LOG_LEVEL: 'info' } });
const CONNECTIONS = 16;
const links = async () => Number(await psql(cluster.databaseUrl, 'SELECT count(*) FROM links'));

/** One round at these servers, the connections shared out. Errors: a creation that failed, or answers and links that differ. */
async function round(urls: readonly string[], seconds: number): Promise<number> {
  const connections = CONNECTIONS / urls.length;
  const [before, cpu] = [await links(), clusterSeconds(cluster)];
  const results = await Promise.all(urls.map((url) => wrk(url, { connections, script, seconds })));
  const used = clusterSeconds(cluster);
  const made = (await links()) - before;
  const sum = (name: 'perSecond' | 'requests' | 'errors') => results.reduce((total, one) => total + one[name], 0);
  if (sum('errors') > 0) throw new Error(`${sum('errors')} creations failed`);
  // wrk stops without reading its last answers.
  if (made < sum('requests') || made > sum('requests') + CONNECTIONS)
    throw new Error(`${sum('requests')} creations answered, ${made} made`);
  const each = Object.entries(used).map(
    ([part, now]) => `${part} ${(((now - (cpu[part] ?? 0)) / made) * 1e6).toFixed(0)}`,
  );
  const worst = (name: 'p50Ms' | 'p99Ms') => Math.max(...results.map((one) => one[name])).toFixed(1);
  console.log(
    `  ${Math.round(sum('perSecond'))}/s, p50 ${worst('p50Ms')} ms, p99 ${worst('p99Ms')} ms; µs of CPU a link: ${each.join(', ')}`,
  );
  return sum('perSecond');
}

const urls = cluster.apis.map(({ url }) => url);
for (const servers of [urls.slice(0, 1), urls]) {
  console.log(`${servers.length} API server${servers.length > 1 ? 's' : ''}; the first round makes warm`);
  await round(servers, 2);
  const rates: number[] = [];
  for (let n = 1; n <= ROUNDS; n++) rates.push(await round(servers, SECONDS));
  console.log(`link creation over ${servers.length}: ${Math.round(median(rates))} links/s (no bar)`);
}
rmSync(dir, { recursive: true, force: true });
