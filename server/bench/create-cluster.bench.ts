import { rmSync } from 'node:fs';
import { psql } from '../src/commands/cluster/postgres-server.ts';
import { startCluster } from '../src/commands/cluster/start-cluster.ts';
import { clusterSeconds } from './lib/cluster-seconds.ts';
import { creationScript } from './lib/creations.ts';
import { ADMIN_KEY, temporary, wrk } from './lib/processes.ts';
import { machine, median } from './lib/report.ts';

// Link creation over the v1 API of a cluster, each committed to PostgreSQL's disk before its 201, from 16 connections: directly
// at one API server, at two through nginx. Everything shares the machine's cores; there is no bar, it is for planning.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

console.log(machine());
const dir = temporary('create-cluster');
const script = creationScript(dir);
await using cluster = await startCluster({ edges: 1, env: { BOOTSTRAP_API_KEY: ADMIN_KEY, LOG_LEVEL: 'info' } });
const [api] = cluster.apis;
const load = { connections: 16, script };
const links = async () => Number(await psql(cluster.databaseUrl, 'SELECT count(*) FROM links'));
for (const [name, url] of [
  ['one API server', api?.url ?? ''],
  ['two through nginx', cluster.url],
] as const) {
  await wrk(url, { ...load, seconds: 2 });
  const rates: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const [cpu, before] = [clusterSeconds(cluster), await links()];
    const result = await wrk(url, { ...load, seconds: SECONDS });
    if (result.errors > 0) throw new Error(`${result.errors} creations failed`);
    const made = (await links()) - before;
    // wrk stops without reading its last answers.
    if (made < result.requests || made > result.requests + load.connections)
      throw new Error(`${result.requests} creations answered, ${made} made`);
    rates.push(result.perSecond);
    const used = clusterSeconds(cluster);
    const each = Object.entries(used).map(
      ([part, seconds]) => `${part} ${(((seconds - (cpu[part] ?? 0)) / made) * 1e6).toFixed(0)}`,
    );
    console.log(
      `${name}, round ${round}: ${Math.round(result.perSecond)}/s, p50 ${result.p50Ms.toFixed(2)} ms, p99 ${result.p99Ms.toFixed(2)} ms; ` +
        `µs of CPU a link: ${each.join(', ')}`,
    );
  }
  console.log(`link creation, ${name}: ${Math.round(median(rates))} links/s (no bar)`);
}
rmSync(dir, { recursive: true, force: true });
