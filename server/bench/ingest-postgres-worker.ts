import { createHash } from 'node:crypto';
import { encodeBatch } from '../src/clicks/batch.ts';
import type { EnrichedClick } from '../src/clicks/click.ts';
import { PostgresIngestStore } from '../src/storage/postgres/ingest-store.ts';
import { LOCKS } from '../src/storage/postgres/locks.ts';
import { openPool } from '../src/storage/postgres/pool.ts';
import { timeHeld } from './lib/time-held.ts';

// Runs as a process of its own, on one core: makes sealed batches, says so, and at the next line of its input ingests them all.
// Prints what it took as one line of JSON.

export interface WorkerTask {
  url: string;
  clicks: number;
  links: number;
  clicksPerBatch: number;
  batchesPerGroup: number;
  /** Groups under way at once. */
  lanes: number;
  edges: number;
}

export interface WorkerResult {
  seconds: number;
  cpuSeconds: number;
  rssMb: number;
}

const BROWSERS = [
  ['desktop', 'Chrome', 'Windows'],
  ['phone', 'Safari', 'iOS'],
  ['phone', 'Chrome', 'Android'],
  ['desktop', 'Firefox', 'Linux'],
  ['desktop', 'Safari', 'macOS'],
  ['bot', '', ''],
] as const;
const LANGUAGES = ['de', 'en', 'fr', 'pt', 'ja'] as const;
const below = (most: number) => Math.floor(Math.random() * most);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

/** A click as enriching leaves those of ingest.bench.ts. */
function click(seq: number, at: number, links: number): EnrichedClick {
  const rank = Math.floor(links ** Math.random()) - 1;
  const [device, browser, os] = pick(BROWSERS);
  const tagged = Math.random() < 0.2;
  return {
    seq,
    at,
    linkId: ((rank * 7919) % links) + 1,
    urlVersion: 1,
    country: `${String.fromCharCode(65 + below(10))}${String.fromCharCode(65 + below(10))}`,
    region: '',
    city: '',
    device,
    browser,
    os,
    referrer: Math.random() < 0.5 ? '' : `site${below(200)}.example`,
    utmSource: tagged ? 'news' : '',
    utmMedium: tagged ? 'mail' : '',
    utmCampaign: tagged ? `c${below(20)}` : '',
    utmTerm: '',
    utmContent: '',
    language: pick(LANGUAGES),
    quality: device === 'bot' ? 'bot' : 'human',
    reason: device === 'bot' ? 'user-agent:isbot' : '',
    visitor: Math.floor(Math.random() * 2 ** 52),
  };
}

function makeBatches({ clicks, links, clicksPerBatch, edges }: WorkerTask): { content: string; hash: string }[] {
  const end = Date.now();
  const next = new Array<number>(edges).fill(1);
  return Array.from({ length: Math.ceil(clicks / clicksPerBatch) }, (_, n) => {
    const edge = n % edges;
    const firstSeq = next[edge] ?? 1;
    const count = Math.min(clicksPerBatch, clicks - n * clicksPerBatch);
    next[edge] = firstSeq + count;
    const content = encodeBatch({
      edgeId: String(edge).padStart(32, '0'),
      firstSeq,
      lastSeq: firstSeq + count - 1,
      unreadable: 0,
      clicks: Array.from({ length: count }, (_, i) => {
        const done = (n * clicksPerBatch + i) / clicks;
        return click(firstSeq + i, end - 60_000 + Math.floor(done * 60_000), links);
      }),
    });
    return { content, hash: createHash('sha256').update(content).digest('hex') };
  });
}

async function run(task: WorkerTask): Promise<WorkerResult> {
  const batches = makeBatches(task);
  const pool = openPool({ url: task.url, max: task.lanes + 2, statementMs: 60_000, name: 'bench' });
  const store = new PostgresIngestStore(pool, { now: Date.now, sampleRate: 1 });
  const order = timeHeld(pool, `pg_advisory_xact_lock(${LOCKS.clickOrder})`);
  await pool.query('SELECT 1');
  Bun.gc(true);
  console.log('ready');
  for await (const _ of console) break;
  const cpu = process.cpuUsage();
  const start = performance.now();
  let at = 0;
  const lane = async () => {
    while (at < batches.length) {
      const group = batches.slice(at, at + task.batchesPerGroup);
      at += task.batchesPerGroup;
      const outcomes = await store.ingestAll(group);
      if (outcomes.some(({ result }) => result !== 'committed')) throw new Error('a batch was not committed');
    }
  };
  await Promise.all(Array.from({ length: task.lanes }, lane));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await pool.end();
  const perClick = ((order.seconds / task.clicks) * 1e6).toFixed(1);
  console.error(
    `  order of clicks held ${perClick} µs a click, ${((order.seconds / seconds) * 100).toFixed(0)}% of the time`,
  );
  return { seconds, cpuSeconds: (user + system) / 1e6, rssMb: process.memoryUsage.rss() / 2 ** 20 };
}

if (import.meta.main) {
  const result = await run(JSON.parse(process.argv[2] ?? '{}') as WorkerTask);
  console.log(JSON.stringify(result));
  process.exit(0);
}
