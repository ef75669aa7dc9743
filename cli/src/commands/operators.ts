import { resolve } from 'node:path';
import type { CommandIo, CommandResult } from '@waymark/server/src/commands/command.ts';
import type { configFrom } from '@waymark/server/src/commands/show-config.ts';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Session } from '../session.ts';

type Config = ReturnType<typeof configFrom>;

/** What works on a data directory itself, on the machine that has it. Each command is loaded when it is called. */
export function addOperatorCommands(program: Command, cli: Cli): void {
  program
    .command('config')
    .description('print the effective configuration, secrets redacted')
    .addHelpText('after', examples(['waymark config', 'waymark config --json | jq .options[].name']))
    .action(
      cli.action(async (session) => {
        const { showConfigCommand } = await import('@waymark/server/src/commands/show-config.ts');
        return conclude(session, (io) => showConfigCommand(session.serverEnv(), io));
      }),
    );

  program
    .command('doctor')
    .description('look the set-up over and say what to do')
    .addHelpText('after', examples(['waymark doctor', 'waymark doctor --url https://go.example.com --key wm_...']))
    .action(
      cli.action(async (session) => {
        const { doctorCommand } = await import('@waymark/server/src/commands/doctor.ts');
        const { configOrProblem } = await import('@waymark/server/src/commands/show-config.ts');
        return conclude(session, (io) => doctorCommand(configOrProblem(session.serverEnv()), serverOf(session), io));
      }),
    );

  program
    .command('migrate')
    .description('bring the database to the schema of this release')
    .addHelpText(
      'after',
      examples(['waymark migrate --data-dir /srv/waymark'], 'The server does so too when it starts.'),
    )
    .action(
      cli.action(async (session) => {
        const { migrateCommand } = await import('@waymark/server/src/commands/migrate.ts');
        return operate(session, (config, io) => migrateCommand(config, io));
      }),
    );

  program
    .command('seed [dir]')
    .description('load users.csv, urls.csv and events.csv; without DIR the sample data')
    .addHelpText(
      'after',
      examples(['waymark seed', 'waymark seed ./exported'], 'Loading the same files again changes nothing.'),
    )
    .action(
      cli.action(async (session, [dir]) => {
        const { seedCommand } = await import('@waymark/server/src/commands/seed.ts');
        const from = dir === undefined ? 'bundled' : resolve(dir);
        return operate(session, (config, io) => seedCommand(config, { from, ...serverOf(session) }, io));
      }),
    );

  program
    .command('reset')
    .description('delete everything in the data directory, after a question')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples(['waymark reset', 'waymark reset --yes'], 'The server has to be stopped.'))
    .action(
      cli.action<{ yes?: boolean }>(async (session, _args, { yes = false }) => {
        const { resetCommand } = await import('@waymark/server/src/commands/reset.ts');
        return operate(session, (config, io) => resetCommand(config, { yes }, io));
      }),
    );

  program
    .command('backup <file>')
    .description('copy database and outbox into one file, while the server runs')
    .option('--overwrite', 'replace FILE if it is there')
    .addHelpText('after', examples(['waymark backup /backups/waymark-monday.tar']))
    .action(
      cli.action<{ overwrite?: boolean }>(async (session, [file = ''], { overwrite = false }) => {
        const { backupCommand } = await import('@waymark/server/src/commands/backup.ts');
        return operate(session, (config, io) => backupCommand(config, { file, overwrite }, io));
      }),
    );

  program
    .command('restore <file>')
    .description('put a backup into an empty data directory')
    .option('--force', 'move what is in the data directory aside first')
    .addHelpText(
      'after',
      examples(
        ['waymark restore monday.tar --data-dir /srv/waymark', 'waymark restore monday.tar --force'],
        'The server has to be stopped.',
      ),
    )
    .action(
      cli.action<{ force?: boolean }>(async (session, [file = ''], { force = false }) => {
        const { restoreCommand } = await import('@waymark/server/src/commands/restore.ts');
        return operate(session, (config, io) => restoreCommand(config, { file, force }, io));
      }),
    );

  program
    .command('reconcile')
    .description('recount all numbers from their rows and report differences')
    .option('--repair', 'write the recounted numbers; the server has to be stopped')
    .addHelpText(
      'after',
      examples(['waymark reconcile', 'waymark reconcile --repair'], 'Exit code 1 where differences are left.'),
    )
    .action(
      cli.action<{ repair?: boolean }>(async (session, _args, { repair = false }) => {
        const { reconcileCommand } = await import('@waymark/server/src/commands/reconcile.ts');
        return operate(session, (config, io) => reconcileCommand(config, { repair }, io));
      }),
    );

  const outbox = program.command('outbox').description('clicks on their way into the database');
  outbox
    .command('status')
    .description('what the outbox holds, and what of it the database does not have')
    .addHelpText('after', examples(['waymark outbox status']))
    .action(
      cli.action(async (session) => {
        const { outboxStatusCommand } = await import('@waymark/server/src/commands/outbox.ts');
        return operate(session, (config, io) => outboxStatusCommand(config, io));
      }),
    );
  outbox
    .command('replay <from>')
    .description('take over the clicks of an outbox whose server is gone')
    .option('--into-outbox', 'with PostgreSQL: into the outbox of DATA_DIR instead of straight into the database')
    .addHelpText(
      'after',
      examples(
        ['waymark outbox replay /mnt/old-disk/data'],
        'FROM: a data directory, an outbox directory, or one of its files. With PostgreSQL the clicks go straight into the\ndatabase, each once. On SQLite, and with --into-outbox, the server of DATA_DIR has to be stopped; it delivers them\nwhen it starts.',
      ),
    )
    .action(
      cli.action<{ intoOutbox?: boolean }>(async (session, [from = ''], { intoOutbox = false }) => {
        const { outboxReplayCommand } = await import('@waymark/server/src/commands/outbox.ts');
        return operate(session, (config, io) => outboxReplayCommand(config, { from, intoOutbox }, io));
      }),
    );

  program
    .command('geo')
    .description('databases of places')
    .command('install-city')
    .description('add the city database (about 65 MB to load): region and city of clicks')
    .addHelpText('after', examples(['waymark geo install-city'], 'Used from the next start of the server.'))
    .action(
      cli.action(async (session) => {
        const { installCityCommand } = await import('@waymark/server/src/commands/install-city.ts');
        return operate(session, (config, io) => installCityCommand(config, io));
      }),
    );
}

/** Runs a command over the configuration. Errors: rejects with a ConfigError where that can't be used. */
async function operate(
  session: Session,
  work: (config: Config, io: CommandIo) => Promise<CommandResult>,
): Promise<ExitName> {
  const { configFrom } = await import('@waymark/server/src/commands/show-config.ts');
  const config = configFrom(session.serverEnv());
  return conclude(session, (io) => work(config, io));
}

async function conclude(session: Session, work: (io: CommandIo) => Promise<CommandResult>): Promise<ExitName> {
  const io = session.commandIo();
  const result = await work(io);
  await io.settled();
  const { exitCode, message, ...rest } = result;
  const { output } = session;
  if (output.mode.json) {
    const warnings = io.warnings.filter((line) => line !== message);
    await output.result({ ok: exitCode === 0, message, ...rest, warnings }, () => '');
    if (exitCode !== 0)
      await output.err.write(`${JSON.stringify({ error: { code: 'failed', message, hint: null, exitCode } })}\n`);
  }
  return exitCode === 0 ? 'ok' : 'failed';
}

/** The server that a command may ask: one that was named, or the one that runs on this data directory. */
function serverOf(session: Session): { url?: string; key?: string } {
  const { url, key, keySource } = session.target();
  const isNamed = session.options.url !== undefined || session.env.url !== null || keySource === 'admin.token';
  return { ...(isNamed && { url }), ...(key !== null && { key }) };
}
