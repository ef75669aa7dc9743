import { rmSync } from 'node:fs';
import { seedLinks, zipfScript } from './lib/links.ts';
import { memory, type Running, startWaymark, temporary, wrk } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';
import { drained } from './lib/state.ts';

// Redirects with 10 million links against 100,000: two servers on the same core, asked in turn, each by Zipf's law over its links.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MANY = Number(process.env.BENCH_LINKS ?? 10_000_000);
const FEW = 100_000;
const DRAWS = 1_000_000;

interface Side {
  dir: string;
  script: string;
  server: Running;
}

async function side(count: number): Promise<Side> {
  const dir = temporary(`links-${count}`);
  const start = performance.now();
  seedLinks(dir, count);
  console.log(`${count.toLocaleString('en')} links made in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const server = await startWaymark(dir, { cpus: '0' });
  return { dir, script: zipfScript(dir, count, DRAWS), server };
}

console.log(machine());
const sides: Side[] = [];
try {
  for (const count of [FEW, MANY]) sides.push(await side(count));
  const [few, many] = sides as [Side, Side];
  const ask = async ({ server, script }: Side, seconds: number) => {
    const result = await wrk(server.url, { connections: 64, cpu: '1', script, seconds });
    await drained(server.url);
    return result;
  };
  for (const each of [few, many]) await ask(each, SECONDS);
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const base = await ask(few, SECONDS);
    const large = await ask(many, SECONDS);
    ratios.push(large.perSecond / base.perSecond);
    console.log(
      `round ${round}: 100k links ${Math.round(base.perSecond)}/s, ${MANY / 1e6}M links ${Math.round(large.perSecond)}/s, p99 ${large.p99Ms.toFixed(2)} ms`,
    );
  }
  console.log(`memory with ${MANY / 1e6}M links: ${memory(many.server.pid).rssMb.toFixed(0)} MB`);
  report('redirect with 10M links', median(ratios), '× the 100k figure', 0.85, 0.95);
} finally {
  for (const { dir, server } of sides) {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
