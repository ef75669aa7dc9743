import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';

interface ClusterCommandOptions {
  edges: number;
  apis: number;
  workers: number;
  dir?: string;
  port?: number;
  env: Record<string, string>;
}

/** `cluster`: it runs until a signal, so its signals are its own. */
export function addClusterCommand(program: Command, cli: Cli): void {
  program
    .command('cluster')
    .description('run a whole installation on this machine: PostgreSQL, Redis, nginx and Waymarks, each a process')
    .option('--edges <n>', 'edges', count, 2)
    .option('--apis <n>', 'API servers', count, 2)
    .option('--workers <n>', 'workers', count, 1)
    .option('--port <port>', 'of nginx (default: a free one)', portNumber)
    .option('--dir <dir>', 'where data and logs go, and stay (default: a temporary directory, deleted at the end)')
    .option('--env <NAME=value>', 'for every Waymark; may be repeated', variable, {})
    .addHelpText(
      'after',
      examples(
        ['waymark cluster', 'waymark cluster --edges 3 --apis 1 --env LOG_LEVEL=debug --port 8080'],
        "For development, tests and drills. It needs Debian's postgresql, redis-server and nginx, and no Docker.\n--json prints one line once all is up. Ctrl-C stops all of it.",
      ),
    )
    .action(async (_options: object, command: Command) => {
      const session = cli.sessionOf(command, new AbortController().signal);
      cli.session = session;
      const { clusterCommand } = await import('@waymark/server/src/commands/cluster.ts');
      const { output } = session;
      let written = Promise.resolve();
      const queue = (write: () => Promise<void>) => {
        written = written.then(write);
      };
      cli.exitCode = await clusterCommand(command.opts<ClusterCommandOptions>(), {
        show: (view, text) => queue(() => output.out.write(`${output.mode.json ? JSON.stringify(view) : text}\n`)),
        note: (line) => queue(() => output.note(line)),
        warn: (line) => queue(() => (output.mode.json ? output.err.write(`${line}\n`) : output.warn(line))),
      });
      await written;
    });
}

function count(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1 || n > 100) throw new InvalidArgumentError('a number from 1 to 100');
  return n;
}

function portNumber(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1 || n > 65_535) throw new InvalidArgumentError('a port');
  return n;
}

function variable(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('NAME=value');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
