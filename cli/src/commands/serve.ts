import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';

/** `serve`: its signals, its output and its exit codes are the server's own. */
export function addServeCommand(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('run the server in the foreground')
    .addHelpText(
      'after',
      examples(
        ['waymark serve', 'PORT=8080 waymark serve --data-dir /srv/waymark'],
        'Options are environment variables: see "waymark config" and docs/configuration.md. --json logs JSON lines.',
      ),
    )
    .action(async (_options: object, command: Command) => {
      const session = cli.sessionOf(command, new AbortController().signal);
      cli.session = session;
      const { serve } = await import('@waymark/server/src/commands/serve.ts');
      const { configFrom } = await import('@waymark/server/src/commands/show-config.ts');
      const env = { ...session.serverEnv(), ...(session.options.json && { LOG_FORMAT: 'json' }) };
      cli.exitCode = await serve(() => configFrom(env));
    });
}
