import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../src/commands/cluster/postgres-server.ts';
import { startRedis } from '../src/commands/cluster/redis-server.ts';
import { until } from '../src/commands/cluster/until.ts';
import { createAnswerHead, createEdge, type EdgeAnswer } from '../src/roles/edge/edge.ts';
import { startFront } from '../src/roles/edge/front/front.ts';
import { openSignals } from '../src/storage/open-signals.ts';
import { migrate } from '../src/storage/postgres/migrate.ts';
import { openPool } from '../src/storage/postgres/pool.ts';
import { REPLICA_FILE } from '../src/storage/replica/open-replica.ts';
import { openTestEdge } from '../test/scaled/test-edge.ts';
import { zipfCodes } from './lib/links.ts';
import type { OpenLoopResult } from './lib/open-loop.ts';
import { machine, percentile, report } from './lib/report.ts';

// A fresh edge takes its snapshot of a million links and serves meanwhile: what it does not have yet is looked up. Then how
// long a change takes from its commit to the edge.
const LINKS = Number(process.env.BENCH_LINKS ?? 1_000_000);
const RATE = Number(process.env.BENCH_RATE ?? 1000);
const CHANGES = Number(process.env.BENCH_CHANGES ?? 300);

console.log(machine());
const dir = mkdtempSync(join(tmpdir(), 'waymark-snapshot-'));
await using postgres = await startPostgres({ sharedBuffers: '512MB' });
await using redis = await startRedis();
const pool = openPool({ url: postgres.url, max: 2, statementMs: 600_000, name: 'bench' });
await migrate(pool);
await pool.query('ALTER TABLE links DISABLE TRIGGER USER');
await pool.query(
  `INSERT INTO links (domain_id, code, url, created_at, updated_at)
   SELECT 1, 'c' || lpad(i::text, 8, '0'), 'https://example.com/some/path/' || i, 1700000000000, 1700000000000
   FROM generate_series(0, $1::int - 1) i`,
  [LINKS],
);
await pool.query('ALTER TABLE links ENABLE TRIGGER USER');
await pool.query('VACUUM ANALYZE links');
const codesFile = join(dir, 'codes');
zipfCodes(codesFile, LINKS, 100_000);

const started = performance.now();
await using edge = await openTestEdge({ databaseUrl: postgres.url, redisUrl: redis.url });
const counters = { redirect: 0, not_found: 0, inactive: 0, quarantined: 0, expired: 0, unavailable: 0 };
const answers = createEdge({
  ...edge.edge,
  now: Date.now,
  clientAddress: (peer) => peer,
  counters,
  clicks: { dropped: 0 },
  version: 'bench',
  observe: () => {},
  servesLinks: () => true,
});
const head = createAnswerHead('bench');
const toFast = (answer: EdgeAnswer) => ({ head: head(answer), body: answer.body });
const front = startFront({
  hostname: '127.0.0.1',
  port: 0,
  fast(request) {
    const answer = answers(request);
    if (answer === null) return null;
    return answer instanceof Promise ? answer.then(toFast) : toFast(answer);
  },
  upstream: { hostname: '127.0.0.1', port: 9 },
  now: Date.now,
  onError: console.error,
});

/** Redirects at a fixed rate for so many seconds, by a process of its own. */
async function load(seconds: number): Promise<OpenLoopResult> {
  const options = { port: front.port, rate: RATE, seconds, connections: 32, codesFile };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'lib/open-loop.ts'), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text) as OpenLoopResult;
}

const whole = until(() => edge.follower.status.snapshotsTaken > 0, { what: 'the snapshot', withinMs: 600_000 }).then(
  () => (performance.now() - started) / 1000,
);
const rounds: OpenLoopResult[] = [];
const during = { isWhole: false };
void whole.then(() => {
  during.isWhole = true;
});
while (!during.isWhole) rounds.push(await load(2));
const seconds = await whole;
const sum = (name: 'answered' | 'failed') => rounds.reduce((total, round) => total + round[name], 0);
console.log(
  `meanwhile, at ${RATE}/s: ${sum('answered')} answered, ${sum('failed')} failed, ${counters.unavailable} unavailable, ` +
    `${edge.edge.unknown.counts.asked} looked up; p99 ${Math.max(...rounds.map(({ p99 }) => p99)).toFixed(1)} ms (worst of ${rounds.length} rounds)`,
);
const quiet = await load(4);
console.log(`afterwards: ${quiet.answered} answered, ${quiet.failed} failed, p99 ${quiet.p99.toFixed(1)} ms`);
const { rows: sizes } = await pool.query("SELECT pg_total_relation_size('links') AS bytes");
console.log(
  `bytes a link: ${(statSync(join(edge.dataDir, REPLICA_FILE)).size / LINKS).toFixed(0)} in the replica, ${(sizes[0].bytes / LINKS).toFixed(0)} in PostgreSQL with indexes`,
);
report(`snapshot of ${LINKS.toLocaleString('en')} links`, seconds, 's', 60, 20, 'less');

const signals = openSignals({
  redisUrl: redis.url,
  databaseUrl: postgres.url,
  name: 'bench',
  onError: console.error,
});
await until(() => signals.ways.redis, { what: 'Redis' });
const lags: number[] = [];
for (let n = 0; n < CHANGES; n++) {
  const code = `c${String((n * 7919) % LINKS).padStart(8, '0')}`;
  await pool.query('UPDATE links SET url = $2, version = version + 1 WHERE domain_id = 1 AND code = $1', [
    code,
    `https://example.com/changed/${n}`,
  ]);
  const committed = performance.now();
  signals.send({ kind: 'links_changed' });
  while (edge.edge.replica.find(1, code)?.url !== `https://example.com/changed/${n}`) await Bun.sleep(0);
  lags.push(performance.now() - committed);
}
lags.sort((a, b) => a - b);
console.log(
  `a change reaches the edge: median ${percentile(lags, 0.5).toFixed(1)} ms, most ${lags.at(-1)?.toFixed(1)} ms`,
);
report('propagation of a change, p99', percentile(lags, 0.99), 'ms', 100, 20, 'less');
await signals.close();
await front.stop(0);
await pool.end();
rmSync(dir, { recursive: true, force: true });
