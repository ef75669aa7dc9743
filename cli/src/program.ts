import { Command } from 'commander';
import manifest from '../../package.json';
import type { Cli } from './cli.ts';
import { addClusterCommand } from './commands/cluster.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addLinkCommands } from './commands/links.ts';
import { addLoginCommand } from './commands/login.ts';
import { addOperatorCommands } from './commands/operators.ts';
import { addServeCommand } from './commands/serve.ts';
import { addStatsCommand } from './commands/stats.ts';
import { examples } from './examples.ts';

/** The whole command line. `settled`: help texts have been written. */
export function createProgram(cli: Cli): { program: Command; settled(): Promise<void> } {
  const { out, err } = cli.system;
  let written = Promise.resolve();
  const queue = (write: () => Promise<void>) => {
    written = written.then(write);
  };
  const program = new Command('waymark')
    .description('Short links: make them, follow them, count them.')
    .version(manifest.version, '-V, --version', 'print the version')
    .option('--url <address>', 'where the server is (WAYMARK_URL; default: the one on this machine)')
    .option('--key <key>', 'API key (WAYMARK_API_KEY; none is needed beside the server)')
    .option('--data-dir <dir>', 'data directory (DATA_DIR; default ./data)')
    .option('--json', 'answer in JSON, errors too')
    .option('-q, --quiet', 'results only')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(out.columns ?? 80, 100) })
    .configureOutput({
      writeOut: (text) => queue(() => out.write(text)),
      writeErr: (text) => queue(() => err.write(text)),
      outputError: () => {}, // runCli words errors, in JSON where that is asked for.
    })
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        [
          'npx waymark keys create --name me --scope admin',
          'npx waymark links create https://example.com/',
          'npx waymark stats --range 30d',
        ],
        'Exit codes: 0 done, 1 failed or differences, 2 usage, 3 not found, 4 refused, 5 no server, 78 configuration, 130 Ctrl-C.',
      ),
    );

  program.commandsGroup('Links:');
  addLinkCommands(program, cli);
  addStatsCommand(program, cli);
  addImportCommand(program, cli);
  addExportCommand(program, cli);
  addKeyCommands(program, cli);
  addLoginCommand(program, cli);
  program.commandsGroup('Running a server:');
  addServeCommand(program, cli);
  addClusterCommand(program, cli);
  addOperatorCommands(program, cli);
  program
    .command('version')
    .description('print the version')
    .action(
      cli.action(async ({ output }) => {
        await output.result({ version: manifest.version, bun: Bun.version }, () => manifest.version);
        return 'ok';
      }),
    );
  return { program, settled: () => written };
}
