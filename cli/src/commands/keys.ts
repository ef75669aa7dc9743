import type { ApiKey } from '@waymark/contract/v1/keys';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import { usage } from '../failure.ts';
import { dateTime } from '../output/format.ts';
import { type Column, table } from '../output/table.ts';
import { SCOPES } from '../scopes.ts';
import type { Session } from '../session.ts';
import { parseWhen } from '../when.ts';

/** `keys ...`: takes an admin key, or the machine that the server runs on. */
export function addKeyCommands(program: Command, cli: Cli): void {
  const keys = program.command('keys').description('API keys: make, list, revoke');

  keys
    .command('create')
    .description('make an API key and print it, this once')
    .requiredOption('-n, --name <name>', 'who or what it is for')
    .option('-s, --scope <scope>', 'read, write or admin', 'write')
    .option('-e, --expires <when>', 'when it ends: 90d, 2030-01-31')
    .addHelpText(
      'after',
      examples(
        [
          'waymark keys create --name me --scope admin',
          'export WAYMARK_API_KEY=$(waymark keys create --name ci --quiet)',
        ],
        'Beside a running server the first key needs no other one.',
      ),
    )
    .action(
      cli.action<{ name: string; scope: string; expires?: string }>(
        async (session, _args, { name, scope, expires }) => {
          const known = SCOPES.find((each) => each === scope);
          if (known === undefined) throw usage(`--scope: ${scope} is none of ${SCOPES.join(', ')}`);
          const key = await session.client().keys.create(
            {
              name,
              scope: known,
              ...(expires !== undefined && { expiresAt: parseWhen(expires, '--expires', Date.now()) }),
            },
            { idempotencyKey: crypto.randomUUID() },
          );
          await session.output.result(key, () => key.secret ?? '');
          await session.output.note(
            `Key ${key.id} "${key.name}" (${key.scope}) is shown this once: keep it safe.\nexport WAYMARK_API_KEY=... lets every waymark command use it.`,
          );
          return 'ok';
        },
      ),
    );

  keys
    .command('list')
    .description('list API keys, newest first, without their secrets')
    .addHelpText('after', examples(['waymark keys list', 'waymark keys list --json']))
    .action(
      cli.action(async (session) => {
        const data = await Array.fromAsync(session.client().keys.iterate({ limit: 1000 }));
        await session.output.result({ data, nextCursor: null }, () =>
          data.length === 0 ? '' : keyTable(data, session),
        );
        if (data.length === 0) await session.output.note('No keys yet: waymark keys create --name me --scope admin');
        return 'ok';
      }),
    );

  keys
    .command('revoke <id>')
    .description('refuse a key from now on')
    .addHelpText('after', examples(['waymark keys list', 'waymark keys revoke 7']))
    .action(
      cli.action(async (session, [id = '']) => {
        if (!/^\d+$/.test(id)) throw usage(`${id} is no id of a key`, 'waymark keys list shows them.');
        await session.client().keys.revoke(id);
        await session.output.result({ id, revoked: true }, () => '');
        await session.output.note(`Key ${id} is refused from now on.`);
        return 'ok';
      }),
    );
}

const COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'right' },
  { title: 'NAME', flexible: true },
  { title: 'SCOPE' },
  { title: 'KEY' },
  { title: 'CREATED' },
  { title: 'LAST USED' },
  { title: 'STATE' },
];

function keyTable(keys: readonly ApiKey[], { output }: Session): string {
  const rows = keys.map(({ id, name, scope, prefix, createdAt, lastUsedAt, ...key }) => [
    id,
    name,
    scope,
    `${prefix}…`,
    dateTime(createdAt).slice(0, 10),
    lastUsedAt === null ? 'never' : dateTime(lastUsedAt),
    stateOf(key),
  ]);
  return table(COLUMNS, rows, output.columns, output.style);
}

function stateOf({ expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>): string {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'active';
  return Date.parse(expiresAt) <= Date.now() ? 'expired' : `until ${dateTime(expiresAt).slice(0, 10)}`;
}
