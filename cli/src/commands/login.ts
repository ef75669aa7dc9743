import type { SignInLinkCreate } from '@waymark/contract/v1/sessions';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import { usage } from '../failure.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { SCOPES } from '../scopes.ts';

/** `login`: takes an admin key, or the machine that the server runs on. */
export function addLoginCommand(program: Command, cli: Cli): void {
  program
    .command('login')
    .description('print a link that signs a browser in, once, within 15 minutes')
    .option('-n, --name <name>', 'what the session is called')
    .option('-s, --scope <scope>', 'read, write or admin', 'admin')
    .option('--open', 'open it in the browser of this machine')
    .addHelpText(
      'after',
      examples(
        ['waymark login', 'waymark login --open', 'waymark login --name "Ada, phone" --scope write'],
        'The session lives 30 days, and no longer than the key that made the link.',
      ),
    )
    .action(
      cli.action<{ name?: string; scope: string; open?: boolean }>(
        async (session, _args, { name, scope, open = false }) => {
          const known = SCOPES.find((each) => each === scope);
          if (known === undefined) throw usage(`--scope: ${scope} is none of ${SCOPES.join(', ')}`);
          const wanted: SignInLinkCreate = { scope: known, ...(name !== undefined && { name }) };
          const link = await session.client().signInLinks.create(wanted);
          const opened = open && session.env.hasDisplay && openInBrowser(link.url);
          await session.output.result({ ...link, opened }, () => link.url);
          if (open && !opened) await session.output.note('No browser could be started here: open it yourself.');
          await session.output.note('The link works once, for 15 minutes. Whoever has it can sign in.');
          return 'ok';
        },
      ),
    );
}
