import { rmSync } from 'node:fs';
import { signalProcess } from '../src/commands/cluster/process-tree.ts';
import { startCluster } from '../src/commands/cluster/start-cluster.ts';
import { until } from '../src/commands/cluster/until.ts';
import { clusterTotals, seedClusterLinks } from './lib/cluster-links.ts';
import { clusterSeconds, idleSeconds } from './lib/cluster-seconds.ts';
import { seedLinks, zipfScript } from './lib/links.ts';
import { ADMIN_KEY, need, startWaymark, temporary, threadSeconds, type WrkResult, wrk } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';
import { clickFigures, drained, scrape, totals } from './lib/state.ts';

// Redirects with a durable click through an edge of the scaled-out shape, against an embedded server in the same minutes: the
// same 100,000 links by Zipf's law, each in turn alone on core 0 with all its threads, wrk directly at it from core 1. While one
// has its round the other is stopped (SIGSTOP). PostgreSQL, Redis, nginx and the API server stay on core 1; the worker, there
// too, is stopped during rounds, so that clicks of the edge wait in the stream and in its outbox (BENCH_WORKER=on leaves it).
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const LINKS = 100_000;
const CONNECTIONS = 64;
/** The worker goes on during rounds, and takes from wrk's core what it needs. */
const WORKER_RUNS = process.env.BENCH_WORKER === 'on';
const STREAM_LENGTH = `local n = 0
for _, key in ipairs(redis.call('KEYS', 'wm:clicks:*')) do n = n + redis.call('XLEN', key) end
return n`;

need('wrk');
need('taskset');
console.log(machine());
const dir = temporary('edge');
seedLinks(dir, LINKS);
const script = zipfScript(dir, LINKS);
const others = '1';
await using cluster = await startCluster({
  edges: 0,
  apis: 1,
  workers: 1,
  cores: { edge: '0', api: others, worker: others, postgres: others, redis: others, nginx: others },
  postgres: { sharedBuffers: '512MB', settings: { max_wal_size: '4GB', wal_compression: 'lz4' } },
  env: { BOOTSTRAP_API_KEY: ADMIN_KEY, LOG_LEVEL: 'info' },
});
await seedClusterLinks(cluster.databaseUrl, LINKS);
const edge = await cluster.add('edge');
await until(async () => (await scrape(edge.url)).waymark_replica_snapshots_total === 1, { what: 'the snapshot' });
const embedded = await startWaymark(dir, { cpus: '0', env: { LOG_LEVEL: 'info', TRUSTED_PROXIES: '127.0.0.1' } });
const [worker] = cluster.workers;
console.log(
  `core 0: the server of the round with all its threads (the other stopped); core 1: wrk, PostgreSQL, Redis, nginx, API server; worker ${WORKER_RUNS ? 'there too' : 'stopped during rounds'}`,
);

type Shape = 'embedded' | 'edge';

interface Round extends WrkResult {
  /** CPU by thread of the server and by part of the cluster, and idle time of the cores; in % of the round. */
  used: string;
}

/** One server's round, with the other stopped. */
async function round(shape: Shape, seconds: number): Promise<Round> {
  const [server, other] = shape === 'edge' ? [edge, embedded] : [embedded, edge];
  signalProcess(other.pid, 'SIGSTOP');
  const before = { threads: threadSeconds(server.pid), parts: clusterSeconds(cluster), idle: idleSeconds() };
  const result = await wrk(server.url, { seconds, connections: CONNECTIONS, cpu: '1', script });
  const percent = (now: number, then = 0) => Math.round(((now - then) / seconds) * 100);
  const shares = (after: Iterable<[string, number]>, then: (name: string) => number | undefined) =>
    [...after]
      .map(([name, now]): [string, number] => [name, percent(now, then(name))])
      .filter(([, share]) => share > 0);
  const parts = Object.entries(clusterSeconds(cluster)).filter(([name]) => name !== 'edges');
  const used = [
    ...shares(threadSeconds(server.pid), (name) => before.threads.get(name)),
    ...shares(parts, (name) => before.parts[name]),
    ...idleSeconds().map((now, core): [string, number] => [`idle ${core}`, percent(now, before.idle[core])]),
  ];
  signalProcess(other.pid, 'SIGCONT');
  return {
    ...result,
    used: used
      .map(([name, share]) => `${name.replace(/ \d+$/, (id) => (name.startsWith('idle') ? id : ''))} ${share}`)
      .join(', '),
  };
}

try {
  if (!WORKER_RUNS) worker?.pause();
  const answered = { embedded: 0, edge: 0 };
  const ratios: number[] = [];
  for (let n = 0; n <= ROUNDS; n++) {
    // The first makes warm, and who begins alternates.
    const seconds = n === 0 ? 2 : SECONDS;
    const order: readonly Shape[] = n % 2 === 0 ? ['embedded', 'edge'] : ['edge', 'embedded'];
    const results = {} as Record<Shape, Round>;
    for (const shape of order) {
      results[shape] = await round(shape, seconds);
      answered[shape] += results[shape].requests;
      if (n > 0) console.log(`  ${shape}, % of a core: ${results[shape].used}`);
      if (results[shape].errors > 0) throw new Error(`${results[shape].errors} requests failed (${shape})`);
    }
    if (n === 0) continue;
    const ratio = results.edge.perSecond / results.embedded.perSecond;
    ratios.push(ratio);
    const shown = ({ perSecond, p99Ms }: WrkResult) => `${Math.round(perSecond)}/s p99 ${p99Ms.toFixed(2)} ms`;
    console.log(
      `round ${n}: embedded ${shown(results.embedded)}, edge ${shown(results.edge)}, ratio ${ratio.toFixed(3)}`,
    );
  }
  report('redirects through an edge', median(ratios), '× embedded', 0.9, 1);

  const stream = (await cluster.redis.command('EVAL', STREAM_LENGTH, '0')).trim();
  const accepted = { embedded: await clickFigures(embedded.url), edge: await clickFigures(edge.url) };
  worker?.resume();
  const seconds = await Promise.all([drained(embedded.url), drained(edge.url)]);
  console.log(
    `backlog after the rounds: embedded ${accepted.embedded.inFlight} clicks, drained in ${seconds[0].toFixed(1)} s; ` +
      `edge ${accepted.edge.inFlight} (${stream} entries in the stream), drained in ${seconds[1].toFixed(1)} s`,
  );
  await embedded.stop();
  const stored = { embedded: totals(dir), edge: await clusterTotals(cluster.databaseUrl) };
  for (const shape of ['embedded', 'edge'] as const) {
    const { accepted: count, dropped } = accepted[shape];
    // wrk stops without reading its last answers, so up to one per connection and run was answered and not counted by it.
    const unread = count - answered[shape];
    console.log(
      `${shape}: accepted ${count}, dropped ${dropped}, stored ${JSON.stringify(stored[shape])}; 302s read by wrk ${answered[shape]}, left unread ${unread}`,
    );
    const isExact = Object.values(stored[shape]).every((value) => value === count);
    if (!isExact || unread < 0 || unread > CONNECTIONS * (ROUNDS + 1))
      throw new Error(`the count of ${shape} is not exact`);
  }
} finally {
  worker?.resume();
  signalProcess(embedded.pid, 'SIGCONT');
  await embedded.stop();
  rmSync(dir, { recursive: true, force: true });
}
