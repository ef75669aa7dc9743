import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster } from '../src/commands/cluster/start-cluster.ts';
import { until } from '../src/commands/cluster/until.ts';
import { seedClusterLinks } from './lib/cluster-links.ts';
import { zipfCodes } from './lib/links.ts';
import { type OpenLoopResult, openLoop } from './lib/open-loop.ts';
import { ADMIN_KEY, temporary } from './lib/processes.ts';
import { machine, percentile, report } from './lib/report.ts';
import { scrape } from './lib/state.ts';

// How long a change takes from an API server to both edges of a cluster: PATCH of a link's destination, while HEAD asks each
// edge for that link every 2 ms. Counted from the sending of the PATCH to the first answer with the new destination from the
// slower edge: the way to the API, its work and the commit are in it. Quiet, and beside redirects at a fixed rate and links
// being made. All of it shares the machine's cores. The latency of PATCH itself, which waits for the edges, is printed too.
const CHANGES = Number(process.env.BENCH_CHANGES ?? 300);
const RATE = Number(process.env.BENCH_RATE ?? 1000);
/** Links made a second, over four connections. */
const CREATIONS = Number(process.env.BENCH_CREATIONS ?? 100);
const LINKS = 100_000;
/** Between changes, so that they meet the edges at any moment of their pulls. */
const PAUSE_MS_MAX = 40;
/** Between two questions to an edge: fine enough, and asking takes a share of the same cores. */
const STEP_MS = 2;
/** Codes of the load are drawn anew by each run; a change of a popular one is as good as any. */
const CODE_STEP = 7919;

console.log(machine());
const dir = temporary('propagation');
const codesFile = join(dir, 'codes');
zipfCodes(codesFile, LINKS, 100_000);
await using cluster = await startCluster({
  edges: 0,
  apis: 1,
  env: { BOOTSTRAP_API_KEY: ADMIN_KEY, LOG_LEVEL: 'info' },
});
await seedClusterLinks(cluster.databaseUrl, LINKS);
const edges = [await cluster.add('edge'), await cluster.add('edge')];
for (const edge of edges)
  await until(async () => (await scrape(edge.url)).waymark_replica_snapshots_total === 1, { what: 'the snapshot' });
const api = cluster.apis[0]?.url ?? '';
const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };

interface Times {
  seen: number[];
  patched: number[];
  /** Edges that still had the former destination when the PATCH was answered. */
  late: number;
}

/** Asks until the edge answers with `url`. Returns when it did. */
async function seenAt(edge: string, code: string, url: string): Promise<number> {
  for (;;) {
    const response = await fetch(`${edge}/${code}`, { method: 'HEAD', redirect: 'manual' });
    if (response.headers.get('location') === url) return performance.now();
    await Bun.sleep(STEP_MS);
  }
}

let serial = 0;
async function change(times: Times): Promise<void> {
  const number = (serial++ * CODE_STEP) % LINKS;
  const code = `c${String(number).padStart(8, '0')}`;
  const url = `https://example.com/changed/${serial}`;
  const start = performance.now();
  const patch = fetch(`${api}/api/v1/links/${number + 1}`, { method: 'PATCH', headers, body: JSON.stringify({ url }) });
  const answered = patch.then(async (response) => {
    if (response.status !== 200) throw new Error(`PATCH answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    return performance.now();
  });
  const [patched, ...seen] = await Promise.all([answered, ...edges.map((edge) => seenAt(edge.url, code, url))]);
  times.patched.push(patched - start);
  times.seen.push(Math.max(...seen) - start);
  // A look that began before the answer may end after it: only what took a whole look longer is late.
  times.late += seen.filter((at) => at > patched + 5).length;
}

async function changes(): Promise<Times> {
  const times: Times = { seen: [], patched: [], late: 0 };
  while (times.seen.length < CHANGES) {
    await change(times);
    await Bun.sleep(Math.random() * PAUSE_MS_MAX);
  }
  for (const list of [times.seen, times.patched]) list.sort((a, b) => a - b);
  return times;
}

/** Makes links at a fixed rate until told to stop. Returns how many. */
async function creations(until: () => boolean): Promise<number> {
  const start = performance.now();
  let made = 0;
  const lane = async () => {
    while (!until()) {
      const dueAt = start + (made++ / CREATIONS) * 1000;
      await Bun.sleep(Math.max(0, dueAt - performance.now()));
      const response = await fetch(`${api}/api/v1/links`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ url: `https://example.com/made/${made}` }),
      });
      if (response.status !== 201) throw new Error(`a creation answered ${response.status}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return made;
}

const line = (name: string, sorted: number[]) =>
  `${name}: p50 ${percentile(sorted, 0.5).toFixed(1)}, p90 ${percentile(sorted, 0.9).toFixed(1)}, p99 ${percentile(sorted, 0.99).toFixed(1)}, max ${sorted.at(-1)?.toFixed(1)} ms`;

function show(name: string, { seen, patched, late }: Times): void {
  console.log(`${name}, ${seen.length} changes, two edges`);
  console.log(`  ${line('PATCH sent to both edges showing it', seen)}`);
  console.log(`  ${line('PATCH answered', patched)}; edges behind when it was: ${late}`);
  report(`propagation of a change, p99, ${name}`, percentile(seen, 0.99), 'ms', 100, 20, 'less');
}

for (let n = 0; n < 20; n++) await change({ seen: [], patched: [], late: 0 }); // Connections made, code compiled.
show('quiet', await changes());

let over = false;
const redirects: OpenLoopResult[] = [];
async function redirecting(): Promise<void> {
  while (!over) {
    const options = { rate: RATE / edges.length, seconds: 4, connections: 16, codesFile };
    redirects.push(...(await Promise.all(edges.map(({ port }) => openLoop({ ...options, port })))));
  }
}
const work = Promise.all([creations(() => over), redirecting()]);
await Bun.sleep(500); // The processes of the load have started.
const loaded = await changes();
over = true;
const [made] = await work;
const sum = (name: 'answered' | 'failed') => redirects.reduce((total, one) => total + one[name], 0);
console.log(
  `load: ${sum('answered')} redirects (${sum('failed')} failed, p99 ${Math.max(...redirects.map(({ p99 }) => p99)).toFixed(1)} ms), ${made} links made`,
);
show('under load', loaded);
rmSync(dir, { recursive: true, force: true });
