import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MmapOutbox } from '../src/storage/outbox/mmap-outbox.ts';
import { seedLinks } from './lib/links.ts';
import { startWaymark, temporary, threadSeconds } from './lib/processes.ts';
import { machine, report } from './lib/report.ts';
import { drained, totals } from './lib/state.ts';

// Ingest, from raw outbox rows to committed: an outbox is filled while no server runs, then the server, all of it on one core,
// works it off. Visitors, agents, referrers and places vary as they do in life.
const CLICKS = Number(process.env.BENCH_CLICKS ?? 500_000);
const LINKS = 100_000;

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
];
const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const below = (most: number) => Math.floor(Math.random() * most);

function fill(dataDir: string): void {
  const dir = join(dataDir, 'outbox');
  mkdirSync(dir, { recursive: true });
  const start = Date.now();
  const outbox = new MmapOutbox({
    dir,
    bytesMax: 8 * 2 ** 30,
    now: () => start,
    committedSeq: () => 0,
    sealedSeq: () => 0,
    onSpareTaken: () => {},
  });
  for (let i = 0; i < CLICKS; i++) {
    const rank = Math.floor(LINKS ** Math.random()) - 1;
    const accepted = outbox.append({
      at: start - 60_000 + Math.floor((i / CLICKS) * 60_000),
      linkId: ((rank * 7919) % LINKS) + 1,
      urlVersion: 1,
      domainId: 1,
      address: `${20 + below(150)}.${below(256)}.${below(256)}.${below(16)}`,
      userAgent: pick(AGENTS),
      referrer: Math.random() < 0.5 ? '' : `https://site${below(200)}.example/page`,
      acceptLanguage: pick(['de-DE,de;q=0.9', 'en-US,en;q=0.9', 'fr', 'pt-BR,pt;q=0.8', 'ja']),
      purpose: '',
      query: Math.random() < 0.2 ? `utm_source=news&utm_medium=mail&utm_campaign=c${below(20)}` : '',
    });
    if (!accepted) throw new Error('the outbox is full');
  }
}

console.log(machine());
const dataDir = temporary('ingest');
try {
  seedLinks(dataDir, LINKS);
  fill(dataDir);
  const waymark = await startWaymark(dataDir, { cpus: '0' });
  const start = performance.now();
  await drained(waymark.url);
  const seconds = (performance.now() - start) / 1000;
  for (const [name, used] of [...threadSeconds(waymark.pid)].sort((a, b) => b[1] - a[1]).slice(0, 3)) {
    console.log(`  ${name}: ${((used / CLICKS) * 1e6).toFixed(1)} µs a click`);
  }
  await waymark.stop();
  const stored = totals(dataDir);
  console.log(`${CLICKS} clicks in ${seconds.toFixed(1)} s; stored ${JSON.stringify(stored)}`);
  if (stored.rows !== CLICKS || stored.rollups !== CLICKS) throw new Error('the final count is not exact');
  report('ingest, enrich to committed, one core', CLICKS / seconds, 'clicks/s', 25_000, 60_000);
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
