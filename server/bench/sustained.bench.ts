import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { seedLinks, zipfCodes, zipfScript } from './lib/links.ts';
import { openLoop } from './lib/open-loop.ts';
import { memory, startNginx, startWaymark, temporary, threadSeconds, wrk } from './lib/processes.ts';
import { machine, report } from './lib/report.ts';
import { clickFigures, drained, totals } from './lib/state.ts';

// Redirects sustained: every thread of the server on core 0, ingest included, at a rate at which the backlog stays flat.
// The rate is looked for in short probes, then held for 60 s. The load comes from core 1, at its times whatever the server does.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const PROBE_SECONDS = 10;
const LINKS = 100_000;
/** A backlog that grows by less than this share of the clicks of a run is flat. */
const FLAT = 0.01;

console.log(machine());
const dataDir = temporary('sustained');
seedLinks(dataDir, LINKS);
const codesFile = join(dataDir, 'codes.txt');
zipfCodes(codesFile, LINKS);
const nginx = await startNginx('0');
const ceiling = await wrk(nginx.url, { connections: 64, cpu: '1', seconds: 6, script: zipfScript(dataDir, LINKS) });
await nginx.stop();
console.log(`nginx ${Math.round(ceiling.perSecond)}/s`);
const waymark = await startWaymark(dataDir, { cpus: '0' });

async function hold(rate: number, seconds: number) {
  const load = openLoop({ port: waymark.port, rate, seconds, connections: 64, codesFile, cpu: '1' });
  // The first quarter settles; after it the backlog must not grow.
  await Bun.sleep(seconds * 250);
  const early = (await clickFigures(waymark.url)).inFlight;
  const result = await load;
  const late = (await clickFigures(waymark.url)).inFlight;
  const flat = late - early <= rate * seconds * FLAT && result.answered >= result.sent * 0.99 && result.p99 < 1000;
  console.log(
    `${Math.round(rate)}/s for ${seconds} s: backlog ${early} → ${late}, answered ${result.answered} of ${result.sent}, p99 ${result.p99.toFixed(1)} ms: ${flat ? 'flat' : 'grows'}`,
  );
  await drained(waymark.url);
  return { flat, result };
}

try {
  await hold(5000, 3);
  let low = 0;
  let high = ceiling.perSecond * 0.5;
  for (let probe = 0; probe < 5; probe++) {
    const rate = (low + high) / 2;
    if ((await hold(rate, PROBE_SECONDS)).flat) low = rate;
    else high = rate;
  }
  let sustained = 0;
  for (let rate = low; rate > 0; rate *= 0.9) {
    const before = threadSeconds(waymark.pid);
    if (!(await hold(rate, SECONDS)).flat) continue;
    sustained = rate;
    const spent = [...threadSeconds(waymark.pid)].map(
      ([name, seconds]) => [name, seconds - (before.get(name) ?? 0)] as const,
    );
    for (const [name, seconds] of spent.sort((a, b) => b[1] - a[1]).slice(0, 5)) {
      console.log(`  ${name}: ${((seconds / (rate * SECONDS)) * 1e6).toFixed(1)} µs a click`);
    }
    break;
  }
  console.log(`memory under load: ${memory(waymark.pid).rssMb.toFixed(0)} MB`);
  const { accepted } = await clickFigures(waymark.url);
  await waymark.stop();
  const stored = totals(dataDir);
  if (stored.rows !== accepted || stored.rollups !== accepted)
    throw new Error(`the final count is not exact: ${accepted} ${JSON.stringify(stored)}`);
  report('redirect sustained', sustained / ceiling.perSecond, '× nginx', 0.12, 0.25);
} finally {
  await waymark.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
