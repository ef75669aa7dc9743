import { rmSync } from 'node:fs';
import { seedLinks, zipfScript } from './lib/links.ts';
import { startNginx, startWaymark, temporary, wrk } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';
import { clickFigures, drained, totals } from './lib/state.ts';

// Redirects with a durable click, peak: all threads of the server on core 0, wrk on core 1, 100,000 links by Zipf's law,
// browser-like request headers. nginx runs on the same core in the same minutes, round by round.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const LINKS = 100_000;
const CONNECTIONS = 64;

console.log(machine());
const dataDir = temporary('redirect');
seedLinks(dataDir, LINKS);
const script = zipfScript(dataDir, LINKS);
const nginx = await startNginx('0');
const waymark = await startWaymark(dataDir, { cpus: '0', env: { LOG_LEVEL: 'info' } });
try {
  const load = { connections: CONNECTIONS, cpu: '1', script };
  await wrk(waymark.url, { ...load, seconds: 4 }); // Warm: links in memory, code compiled.
  await drained(waymark.url);
  let responses = (await clickFigures(waymark.url)).accepted;
  const warm = responses;
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const ceiling = await wrk(nginx.url, { ...load, seconds: SECONDS });
    const ours = await wrk(waymark.url, { ...load, seconds: SECONDS });
    const after = await clickFigures(waymark.url);
    const seconds = await drained(waymark.url);
    responses += ours.requests;
    ratios.push(ours.perSecond / ceiling.perSecond);
    console.log(
      `round ${round}: nginx ${Math.round(ceiling.perSecond)}/s p99 ${ceiling.p99Ms.toFixed(2)} ms, ` +
        `Waymark ${Math.round(ours.perSecond)}/s p99 ${ours.p99Ms.toFixed(2)} ms, ratio ${(ours.perSecond / ceiling.perSecond).toFixed(3)}; ` +
        `backlog ${after.inFlight}, drained in ${seconds.toFixed(1)} s; errors ${ours.errors}`,
    );
  }
  const final = await clickFigures(waymark.url);
  await waymark.stop();
  const stored = totals(dataDir);
  // wrk stops without reading its last answers, so up to one per connection and run was answered and not counted by it.
  const uncounted = final.accepted - responses;
  console.log(
    `clicks accepted ${final.accepted}, dropped ${final.dropped}; stored: links ${stored.linkClicks}, rows ${stored.rows}, rollups ${stored.rollups}; ` +
      `302s read by wrk since the warm-up ${responses - warm}, answered and left unread ${uncounted}`,
  );
  const exact = new Set([final.accepted, stored.linkClicks, stored.rows, stored.rollups]).size === 1;
  if (!exact || uncounted < 0 || uncounted > CONNECTIONS * (ROUNDS + 1))
    throw new Error('the final count is not exact');
  report('redirect peak', median(ratios), '× nginx', 0.6, 0.8);
} finally {
  await waymark.stop();
  await nginx.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
