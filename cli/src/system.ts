import { createInterface } from 'node:readline/promises';
import type { WriteStream } from 'node:tty';
import type { System } from './cli.ts';
import type { CliEnv } from './config/env.ts';
import { EXIT } from './exit-codes.ts';
import type { Sink } from './output/output.ts';

/** What a command that was interrupted may take to leave things in order. */
const INTERRUPT_MS = 2000;

/** The process this runs in. */
export function createSystem(env: CliEnv): System {
  return {
    env,
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    ask,
    interruptible() {
      const controller = new AbortController();
      process.on('SIGINT', () => {
        controller.abort();
        setTimeout(() => process.exit(EXIT.interrupted.code), INTERRUPT_MS).unref();
      });
      return controller.signal;
    },
  };
}

function sinkOf(stream: WriteStream): Sink {
  let broken: Error | null = null;
  stream.on('error', (error) => {
    broken = error;
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY ? stream.columns : null,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (broken !== null) return reject(broken);
        stream.write(text, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
