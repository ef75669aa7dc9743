import { rmSync } from 'node:fs';
import { creationScript } from './lib/creations.ts';
import { startWaymark, temporary, wrk } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';

// Link creation over the v1 API, each fsynced before its 201, from 16 connections. The server has both cores; wrk takes its share of one.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

console.log(machine());
const dataDir = temporary('create');
const script = creationScript(dataDir);
const waymark = await startWaymark(dataDir, { env: { LOG_LEVEL: 'info' } });
try {
  const load = { connections: 16, script };
  await wrk(waymark.url, { ...load, seconds: 3 });
  const rates: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const result = await wrk(waymark.url, { ...load, seconds: SECONDS });
    if (result.errors > 0) throw new Error(`${result.errors} creations failed`);
    rates.push(result.perSecond);
    console.log(
      `round ${round}: ${Math.round(result.perSecond)}/s, p50 ${result.p50Ms.toFixed(2)} ms, p99 ${result.p99Ms.toFixed(2)} ms`,
    );
  }
  report('link creation', median(rates), 'links/s', 5000, 15_000);
} finally {
  await waymark.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
