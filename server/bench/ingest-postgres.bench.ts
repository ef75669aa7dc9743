import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { type PostgresServer, startPostgres } from '../src/commands/cluster/postgres-server.ts';
import { migrate } from '../src/storage/postgres/migrate.ts';
import { PostgresPartitions } from '../src/storage/postgres/partitions.ts';
import { openPool } from '../src/storage/postgres/pool.ts';
import type { WorkerResult, WorkerTask } from './ingest-postgres-worker.ts';
import { need } from './lib/processes.ts';
import { machine, report } from './lib/report.ts';

// Ingest into PostgreSQL: sealed batches to committed. One worker on core 0, PostgreSQL with all its processes on core 1.
const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const CLICKS = number('BENCH_CLICKS', 500_000);
const LINKS = 100_000;
const TASK = {
  clicks: CLICKS,
  links: LINKS,
  clicksPerBatch: 600,
  batchesPerGroup: number('BENCH_GROUP', 24),
  lanes: number('BENCH_LANES', 2),
  edges: 4,
};
/** As a machine of some GB for PostgreSQL alone would have it; anything else is Debian's default, fsync included. */
const SETTINGS = {
  synchronous_commit: 'on',
  wal_compression: 'lz4',
  wal_buffers: '64MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '5min',
};

/** CPU seconds of a server and all its processes, those that ended included. */
function cpuSeconds(server: PostgresServer): number {
  const stat = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? [];
  const own = stat(server.pid);
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  const used = (fields: number[], ...at: number[]) => at.reduce((sum, n) => sum + (fields[n] ?? 0), 0) / 100;
  return children.reduce((sum, pid) => sum + used(stat(pid), 11, 12), used(own, 11, 12, 13, 14));
}

async function seed(pool: Pool): Promise<void> {
  await migrate(pool);
  await pool.query(
    `INSERT INTO links (domain_id, code, url, owner_id, created_at, updated_at)
     SELECT 1, 'c' || n, 'https://example.com/some/path/' || n, CASE WHEN n % 2 = 0 THEN n % 50 + 1 END, 0, 0 FROM generate_series(1, ${LINKS}) AS n`,
  );
  await new PostgresPartitions(pool, { now: Date.now }).makeAhead();
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
}

async function ingest(task: WorkerTask, begin: () => void): Promise<WorkerResult> {
  const worker = Bun.spawn(
    ['taskset', '-c', '0', process.execPath, `${import.meta.dirname}/ingest-postgres-worker.ts`, JSON.stringify(task)],
    { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
  );
  let last = '';
  for await (const line of createInterface(Readable.fromWeb(worker.stdout as never))) {
    last = line;
    if (line !== 'ready') continue;
    begin();
    worker.stdin.write('go\n');
    worker.stdin.flush();
  }
  return JSON.parse(last) as WorkerResult;
}

need('taskset');
console.log(machine());
const server = await startPostgres({ fsync: true, sharedBuffers: '512MB', cores: '1', settings: SETTINGS });
const url = await server.createDatabase('waymark');
const pool = openPool({ url, max: 2, statementMs: 120_000, name: 'bench' });
try {
  await seed(pool);
  let before = 0;
  const {
    seconds,
    cpuSeconds: workerSeconds,
    rssMb,
  } = await ingest({ ...TASK, url }, () => {
    before = cpuSeconds(server);
  });
  const databaseSeconds = cpuSeconds(server) - before;
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM clicks) AS rows, (SELECT sum(clicks) FROM link_stats) AS links,
       (SELECT sum(clicks) FROM rollup_15m WHERE link_id = 0) AS slots,
       (SELECT sum(r.clicks) FROM rollup_hour r WHERE r.link_id = 0 AND r.value_id < 2 * 4294967296) AS hours,
       (SELECT sum(n) FROM counters WHERE kind = 'events') AS events,
       (SELECT sum(watermark) FROM ingest_edges) AS seqs, (SELECT count(*) FROM rollup_hour) AS hour_rows,
       pg_size_pretty(pg_database_size(current_database())) AS size`,
  );
  const { hour_rows, size, ...counts } = rows[0] as Record<string, number>;
  console.log(
    `${CLICKS} clicks in ${seconds.toFixed(1)} s, groups of ${TASK.batchesPerGroup} batches, ${TASK.lanes} at once`,
  );
  console.log(`  stored ${JSON.stringify(counts)}; ${hour_rows} hour rows, database ${size}`);
  const each = (cpu: number) =>
    `${((cpu / CLICKS) * 1e6).toFixed(1)} µs a click, ${((cpu / seconds) * 100).toFixed(0)}% of its core`;
  console.log(`  worker: ${each(workerSeconds)}, ${rssMb.toFixed(0)} MB`);
  console.log(`  PostgreSQL: ${each(databaseSeconds)}`);
  if (Object.values(counts).some((count) => count !== CLICKS)) throw new Error('the final count is not exact');
  report('ingest into PostgreSQL, one worker on one core', CLICKS / seconds, 'clicks/s', 25_000, 60_000);
} finally {
  await pool.end();
  await server[Symbol.asyncDispose]();
}
