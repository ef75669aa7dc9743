import { readFileSync } from 'node:fs';
import type { Socket } from 'bun';
import { BROWSER } from './processes.ts';
import { percentile } from './report.ts';

// Runs as a process of its own: bun open-loop.ts '{"port":3000,"rate":5000,"seconds":10,...}' and prints one JSON line.
// Requests are sent at their times whatever the server does; latency counts from the time a request was due,
// so that a stall shows in every request it delayed (no coordinated omission).

export interface OpenLoopOptions {
  port: number;
  rate: number;
  seconds: number;
  connections: number;
  /** Codes to ask for, in turn: a file with one a line. */
  codesFile: string;
}

export interface OpenLoopResult {
  sent: number;
  answered: number;
  failed: number;
  /** From due time to answer, in ms. */
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

interface Lane {
  socket: Socket<Lane>;
  /** When the request under way was due; 0 for none. */
  dueAt: number;
}

async function run(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const requests = readFileSync(options.codesFile, 'utf8')
    .trim()
    .split('\n')
    .map(
      (code) =>
        `GET /${code} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${BROWSER}\r\nAccept-Language: de-DE,de;q=0.9\r\n\r\n`,
    );
  const total = Math.round(options.rate * options.seconds);
  const latencies = new Float64Array(total);
  let answered = 0;
  let failed = 0;
  const idle: Lane[] = [];
  const overdue: number[] = [];
  let overdueAt = 0;
  let next = 0;

  const send = (lane: Lane, dueAt: number) => {
    lane.dueAt = dueAt;
    lane.socket.write(requests[next++ % requests.length] ?? '');
  };
  const free = (lane: Lane) => {
    lane.dueAt = 0;
    const dueAt = overdue[overdueAt];
    if (dueAt === undefined) idle.push(lane);
    else {
      overdueAt++;
      send(lane, dueAt);
    }
  };
  for (let i = 0; i < options.connections; i++) {
    const lane = { dueAt: 0 } as Lane;
    lane.socket = await Bun.connect<Lane>({
      hostname: '127.0.0.1',
      port: options.port,
      data: lane,
      socket: {
        data(socket, bytes) {
          if (bytes[9] === 0x33) latencies[answered++] = performance.now() - socket.data.dueAt;
          else failed++;
          free(socket.data);
        },
        close(socket) {
          if (socket.data.dueAt !== 0) failed++;
        },
        error() {
          failed++;
        },
      },
    });
    lane.socket.setNoDelay(true);
    idle.push(lane);
  }
  const start = performance.now();
  let due = 0;
  while (due < total) {
    const now = performance.now();
    const target = Math.min(total, Math.floor(((now - start) / 1000) * options.rate));
    for (; due < target; due++) {
      const dueAt = start + (due / options.rate) * 1000;
      const lane = idle.pop();
      if (lane) send(lane, dueAt);
      else overdue.push(dueAt);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const deadline = performance.now() + 10_000;
  while (answered + failed < total && performance.now() < deadline) await Bun.sleep(5);
  const sorted = latencies.subarray(0, answered).sort();
  const at = (share: number) => percentile(sorted, share);
  return { sent: total, answered, failed, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** Starts the load in a process of its own, on one core where `cpu` says so. */
export async function openLoop(options: OpenLoopOptions & { cpu?: string }): Promise<OpenLoopResult> {
  const { cpu, ...rest } = options;
  const command = [process.execPath, import.meta.path, JSON.stringify(rest)];
  const child = Bun.spawn(cpu ? ['taskset', '-c', cpu, ...command] : command, { stdout: 'pipe', stderr: 'inherit' });
  return JSON.parse(await new Response(child.stdout).text()) as OpenLoopResult;
}

if (import.meta.main) {
  console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as OpenLoopOptions)));
  process.exit(0);
}
