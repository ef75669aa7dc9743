import { CommanderError } from 'commander';
import { Cli, type System } from './cli.ts';
import { report } from './errors.ts';
import { EXIT, type ExitName } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { Output } from './output/output.ts';
import { createProgram } from './program.ts';

/** Runs one command line. Returns the exit code; never rejects. */
export async function runCli(argv: readonly string[], system: System): Promise<number> {
  const cli = new Cli(system);
  const { program, settled } = createProgram(cli);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return cli.exitCode ?? EXIT[cli.exit ?? 'ok'].code;
  } catch (error) {
    return EXIT[await explain(error, cli, argv)].code;
  } finally {
    await settled().catch(() => {});
  }
}

async function explain(error: unknown, cli: Cli, argv: readonly string[]): Promise<ExitName> {
  const { system, session } = cli;
  if (isClosedPipe(error)) return 'ok'; // Whoever read it has seen enough, as with `| head`.
  const mode = { json: argv.includes('--json'), quiet: false, noColor: system.env.noColor };
  const output = session?.output ?? new Output(system.out, system.err, mode);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 'ok';
    if (error.code === 'commander.help') return 'usage'; // It was shown, for want of a command.
    const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
    return report(new Failure('usage', message, [...rest, 'See --help.'].join('\n')), output, null);
  }
  if (session?.signal.aborted) {
    await output.note('interrupted');
    return 'interrupted';
  }
  return report(error, output, targetOf(cli));
}

function targetOf({ session }: Cli) {
  try {
    return session?.target() ?? null;
  } catch {
    return null; // The address itself is what is wrong.
  }
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}
