import { rmSync } from 'node:fs';
import { seededDirectory, zipfScript } from './lib/links.ts';
import { memory, type Running, startWaymark, threadSeconds, wrk } from './lib/processes.ts';
import { machine, median, report } from './lib/report.ts';
import { drained, scrape } from './lib/state.ts';

// Redirects with 10 million links against 100,000: two servers on the same core, asked in turn, each by Zipf's law over its links.
// Rounds begin once the packed copy of the 10 million is there; one round before that says what the start is like.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MANY = Number(process.env.BENCH_LINKS ?? 10_000_000);
const FEW = 100_000;
const DRAWS = 1_000_000;
const COPY_SECONDS_MAX = 600;

interface Side {
  dir: string;
  script: string;
  server: Running;
  startedAt: number;
}

async function side(count: number): Promise<Side> {
  const start = performance.now();
  const dir = seededDirectory(count);
  console.log(`${count.toLocaleString('en')} links made in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const script = zipfScript(dir, count, DRAWS);
  const startedAt = performance.now();
  return { dir, script, server: await startWaymark(dir, { cpus: '0' }), startedAt };
}

/** CPU seconds of a server's main thread so far. */
const mainSeconds = (pid: number) =>
  [...threadSeconds(pid)].find(([name]) => name.endsWith(` ${pid}`))?.[1] ?? Number.NaN;

/** Waits for the packed copy of all links. Returns the seconds since the server was started. */
async function copied({ server, startedAt }: Side): Promise<number> {
  const seconds = () => (performance.now() - startedAt) / 1000;
  while (seconds() < COPY_SECONDS_MAX) {
    if ((await scrape(server.url)).waymark_replica_copied_links) return seconds();
    await Bun.sleep(250);
  }
  throw new Error(`no packed copy of the links after ${COPY_SECONDS_MAX} s`);
}

console.log(machine());
const sides: Side[] = [];
try {
  for (const count of [FEW, MANY]) sides.push(await side(count));
  const [few, many] = sides as [Side, Side];
  const ask = async ({ server, script }: Side, seconds: number) => {
    const before = mainSeconds(server.pid);
    const result = await wrk(server.url, { connections: 64, cpu: '1', script, seconds });
    const cpuUs = ((mainSeconds(server.pid) - before) / result.requests) * 1e6;
    await drained(server.url);
    return { ...result, cpuUs };
  };
  const early = await ask(many, SECONDS);
  console.log(`before the packed copy is there: ${Math.round(early.perSecond)}/s, p99 ${early.p99Ms.toFixed(2)} ms`);
  console.log(`the packed copy was there after ${(await copied(many)).toFixed(1)} s, that round included`);
  for (const each of [few, many]) await ask(each, SECONDS);
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const base = await ask(few, SECONDS);
    const large = await ask(many, SECONDS);
    ratios.push(large.perSecond / base.perSecond);
    console.log(
      `round ${round}: 100k links ${Math.round(base.perSecond)}/s, ${MANY / 1e6}M links ${Math.round(large.perSecond)}/s, p99 ${large.p99Ms.toFixed(2)} ms; ` +
        `main thread ${base.cpuUs.toFixed(2)} and ${large.cpuUs.toFixed(2)} µs of a core a request`,
    );
  }
  const { rssMb, anonMb } = memory(many.server.pid);
  console.log(
    `memory with ${MANY / 1e6}M links: ${rssMb.toFixed(0)} MB, ${anonMb.toFixed(0)} of it not pages of files; with 100k: ${memory(few.server.pid).rssMb.toFixed(0)} MB`,
  );
  report('redirect with 10M links', median(ratios), '× the 100k figure', 0.85, 0.95);
} finally {
  for (const { dir, server } of sides) {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
