import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { System } from '../src/cli.ts';
import { readEnv } from '../src/config/env.ts';
import type { Sink } from '../src/output/output.ts';
import { runCli } from '../src/run.ts';

export interface Outcome {
  code: number;
  out: string;
  err: string;
  /** `out` as one JSON document. */
  json<T = Record<string, unknown>>(): T;
}

export interface Surroundings {
  env?: Record<string, string>;
  /** Whether a person sits at a terminal of 80 columns. */
  isTerminal?: boolean;
  /** What is answered to every question. */
  answer?: boolean;
  signal?: AbortSignal;
}

/** Runs one command line in this process. */
export async function waymark(argv: readonly string[], around: Surroundings = {}): Promise<Outcome> {
  const written = { out: '', err: '' };
  const sink = (name: 'out' | 'err'): Sink => ({
    isTerminal: around.isTerminal === true,
    columns: around.isTerminal ? 80 : null,
    write: async (text) => {
      written[name] += text;
    },
  });
  const system: System = {
    env: readEnv({ TZ: 'UTC', DATA_DIR: '/nonexistent/waymark', ...around.env }),
    out: sink('out'),
    err: sink('err'),
    ask: async () => around.answer === true,
    interruptible: () => around.signal ?? new AbortController().signal,
  };
  const code = await runCli(argv, system);
  return { code, ...written, json: <T>() => JSON.parse(written.out) as T };
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'waymark-cli-'));
}
