import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenLoopResult, openLoop } from './lib/open-loop.ts';
import { ADMIN_KEY, startWaymark, temporary } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';
import { drained } from './lib/state.ts';
import { SEED_DEFAULTS, seedClicks } from './seed-clicks.ts';

// Redirect latency at an open-loop rate, counted from the time each request was due: quiet, and while analytics queries
// over a million clicks and an import of 100,000 links run. Server and load share both cores.
const RATE = Number(process.env.BENCH_RATE ?? 5000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 15);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const IMPORT_ROWS = 100_000;

console.log(machine());
const dataDir = temporary('latency');
seedClicks(dataDir, { ...SEED_DEFAULTS, clicks: 1_000_000, start: Date.now() - 365 * 86_400_000 });
const codesFile = join(dataDir, 'codes.txt');
writeFileSync(
  codesFile,
  Array.from({ length: 100_000 }, () => `code${Math.floor(100_000 ** Math.random())}`).join('\n'),
);
const waymark = await startWaymark(dataDir);
const headers = { authorization: `Bearer ${ADMIN_KEY}` };

/** Asks chart after chart, each with several filters, so that rows are scanned. */
async function charts(until: () => boolean): Promise<number> {
  const from = new Date(Date.now() - 365 * 86_400_000).toISOString();
  const to = new Date().toISOString();
  const filters = 'filter=country:country-1&filter=device:device-1';
  let asked = 0;
  while (!until()) {
    for (const chart of ['timeseries?interval=day&tz=America/New_York', 'top?dimension=city', 'totals?']) {
      const response = await fetch(`${waymark.url}/api/v1/analytics/${chart}&from=${from}&to=${to}&${filters}`, {
        headers,
      });
      if (!response.ok) throw new Error(`a chart answered ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
      asked++;
    }
  }
  return asked;
}

let imports = 0;
async function importLinks(): Promise<number> {
  const first = 1_000_000 + imports++ * IMPORT_ROWS;
  const time = '2026-01-01 00:00:00';
  const rows = Array.from(
    { length: IMPORT_ROWS },
    (_, i) => `${first + i},,i${first + i},https://example.com/${i},,True,${time},${time}`,
  );
  const body = `id,user_id,short_code,original_url,title,is_active,created_at,updated_at\n${rows.join('\n')}\n`;
  const response = await fetch(`${waymark.url}/urls/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body,
  });
  const answer = (await response.json()) as { created: number };
  if (answer.created !== IMPORT_ROWS)
    throw new Error(`the import answered ${response.status}: ${JSON.stringify(answer).slice(0, 200)}`);
  return answer.created;
}

const line = (name: string, { p50, p99, p999, max, answered, sent, failed }: OpenLoopResult) =>
  console.log(
    `${name}: p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, p99.9 ${p999.toFixed(2)}, max ${max.toFixed(1)} ms; ${answered} of ${sent}, ${failed} failed`,
  );

try {
  const load = { port: waymark.port, rate: RATE, seconds: SECONDS, connections: 64, codesFile };
  await openLoop({ ...load, seconds: 4 });
  await drained(waymark.url);
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const quiet = await openLoop(load);
    await drained(waymark.url);
    let over = false;
    const work = Promise.all([charts(() => over), importLinks()]);
    const busy = await openLoop(load);
    over = true;
    const [asked] = await work;
    await drained(waymark.url);
    line(`round ${round} quiet`, quiet);
    line(`round ${round} busy (${asked} charts, ${IMPORT_ROWS} rows)`, busy);
    ratios.push(busy.p99 / quiet.p99);
  }
  report('redirect p99 under analytics and import', median(ratios), '× quiet', 3, 1.5, 'less');
} finally {
  await waymark.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
