import { rmSync } from 'node:fs';
import { seedLinks, zipfScript } from './lib/links.ts';
import { BROWSER, memory, startWaymark, temporary, wrk } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';

// Memory idle and under full load, and the time from start to the first redirect on a warm data directory of 100,000 links.
const STARTS = 5;
const LINKS = 100_000;

console.log(machine());
const dataDir = temporary('memory');
try {
  seedLinks(dataDir, LINKS);
  const times: number[] = [];
  for (let start = 0; start <= STARTS; start++) {
    const began = performance.now();
    const waymark = await startWaymark(dataDir);
    const response = await fetch(`${waymark.url}/c00000001`, {
      redirect: 'manual',
      headers: { 'user-agent': BROWSER },
    });
    if (response.status !== 302) throw new Error(`the first redirect answered ${response.status}`);
    if (start > 0) times.push(performance.now() - began);
    await waymark.stop();
  }
  report('start to first redirect', median(times), 'ms', 1000, 300, 'less');

  const waymark = await startWaymark(dataDir);
  await Bun.sleep(5000);
  const idle = memory(waymark.pid);
  report('memory idle', idle.rssMb, `MB (${idle.anonMb.toFixed(0)} of it not pages of files)`, 150, 90, 'less');
  let most = { rssMb: 0, anonMb: 0 };
  const watch = setInterval(() => {
    const now = memory(waymark.pid);
    if (now.rssMb > most.rssMb) most = now;
  }, 200);
  await wrk(waymark.url, { connections: 64, seconds: 30, script: zipfScript(dataDir, LINKS) });
  clearInterval(watch);
  report(
    'memory under full load',
    most.rssMb,
    `MB (${most.anonMb.toFixed(0)} of it not pages of files)`,
    400,
    200,
    'less',
  );
  await waymark.stop();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
