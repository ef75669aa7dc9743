import { Command } from 'commander';
import type { CliEnv } from './config/env.ts';
import type { ExitName } from './exit-codes.ts';
import { Output, type Sink } from './output/output.ts';
import { type GlobalOptions, Session } from './session.ts';

/** What surrounds a run of the command: streams, environment, and whoever sits in front of it. */
export interface System {
  readonly env: CliEnv;
  readonly out: Sink;
  readonly err: Sink;
  /** Asks a yes-or-no question; false where nobody can answer. */
  ask(question: string): Promise<boolean>;
  /** Begins to listen for Ctrl-C; before that it ends the process as usual. */
  interruptible(): AbortSignal;
}

/** What a command does. Returns how it ended; nothing is `ok`. */
export type Work<Options> = (session: Session, args: string[], options: Options) => Promise<ExitName | undefined>;

/** What the run in progress has come to. */
export class Cli {
  exit: ExitName | null = null;
  /** Of `serve` alone, which has exit codes of its own. */
  exitCode: number | null = null;
  session: Session | null = null;

  constructor(readonly system: System) {}

  /** What commander calls. */
  action<Options extends object>(work: Work<Options>): (...all: unknown[]) => Promise<void> {
    return async (...all) => {
      const command = all.at(-1);
      if (!(command instanceof Command)) throw new Error('not called by commander');
      this.session = this.sessionOf(command, this.system.interruptible());
      const args = command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string');
      this.exit = (await work(this.session, args, command.opts<Options>())) ?? 'ok';
    };
  }

  sessionOf(command: Command, signal: AbortSignal): Session {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { env, out, err } = this.system;
    const mode = { json: options.json === true, quiet: options.quiet === true, noColor: env.noColor };
    return new Session(env, options, new Output(out, err, mode), signal, (question) => this.system.ask(question));
  }
}
