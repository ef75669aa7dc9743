import type { Link, LinkPatch } from '@waymark/contract/v1/links';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import { usage } from '../failure.ts';
import { findLink } from '../find-link.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { count, dateTime } from '../output/format.ts';
import { card } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseWhen } from '../when.ts';
import { addLinkListCommand, stateOf } from './links-list.ts';

/** `links ...`: a LINK is named by its id, its code or its short URL. */
export function addLinkCommands(program: Command, cli: Cli): void {
  const links = program.command('links').description('make, list and change links');
  addCreate(links, cli);
  addLinkListCommand(links, cli);

  links
    .command('show <link>')
    .description('everything about one link')
    .addHelpText('after', examples(['waymark links show spring', 'waymark links show 4711 --json'], NAMING))
    .action(
      cli.action(async (session, [ref = '']) => {
        const link = await findLink(session.client(), ref);
        await session.output.result(link, () => linkCard(link, session));
        return 'ok';
      }),
    );

  links
    .command('open <link>')
    .description('follow a short link in the browser, or print it where there is none')
    .addHelpText('after', examples(['waymark links open spring'], `${NAMING} Following it counts as a click.`))
    .action(
      cli.action(async (session, [ref = '']) => {
        const { id, shortUrl, url } = await findLink(session.client(), ref);
        const opened = session.env.hasDisplay && openInBrowser(shortUrl);
        await session.output.result({ id, shortUrl, url, opened }, () => shortUrl);
        if (!opened) await session.output.note('No browser could be started here: open it yourself.');
        return 'ok';
      }),
    );

  addUpdate(links, cli);

  links
    .command('delete <link>')
    .description('delete a link; it can be restored for 30 days')
    .addHelpText('after', examples(['waymark links delete spring'], NAMING))
    .action(
      cli.action(async (session, [ref = '']) => {
        const client = session.client();
        const link = await findLink(client, ref);
        await client.links.delete(link.id, { signal: session.signal });
        await session.output.result({ id: link.id, code: link.code, deleted: true }, () => '');
        await session.output.note(`${link.shortUrl} is deleted. To take that back: waymark links restore ${link.id}`);
        return 'ok';
      }),
    );

  links
    .command('restore <link>')
    .description('bring a deleted link back, with its clicks')
    .addHelpText('after', examples(['waymark links restore 4711', 'waymark links restore spring'], NAMING))
    .action(
      cli.action(async (session, [ref = '']) => {
        const client = session.client();
        const id = /^\d+$/.test(ref) ? ref : (await findLink(client, ref, { deleted: true })).id;
        const link = await client.links.restore(id);
        await session.output.result(link, () => link.shortUrl);
        return 'ok';
      }),
    );
}

const NAMING = 'LINK is an id, a code or a short URL.';

interface CreateOptions {
  code?: string;
  title?: string;
  expires?: string;
  inactive?: boolean;
  redirect?: string;
}

function addCreate(links: Command, cli: Cli): void {
  links
    .command('create <destination>')
    .description('make a short link and print it')
    .option('-c, --code <code>', 'the short part (default: a random one)')
    .option('-t, --title <title>', 'what people call it')
    .option('-e, --expires <when>', 'when it ends: 30d, 2030-01-31, 2030-01-31T12:00:00Z')
    .option('--redirect <status>', '301, 302, 307 or 308 (default 302)')
    .option('--inactive', 'do not let it lead anywhere yet')
    .addHelpText(
      'after',
      examples([
        'waymark links create https://example.com/a/long/path',
        'waymark links create https://example.com/sale --code spring --expires 30d',
      ]),
    )
    .action(
      cli.action<CreateOptions>(async (session, [url = ''], { code, title, expires, inactive, redirect }) => {
        const link = await session.client().links.create(
          {
            url,
            ...(code !== undefined && { code }),
            ...(title !== undefined && { title }),
            ...(expires !== undefined && { expiresAt: parseWhen(expires, '--expires', Date.now()) }),
            ...(redirect !== undefined && { redirectStatus: redirectStatus(redirect) }),
            ...(inactive && { active: false }),
          },
          { idempotencyKey: crypto.randomUUID() },
        );
        await session.output.result(link, () => link.shortUrl);
        await session.output.note(
          session.output.noteStyle('dim', `link ${link.id} → ${link.url}; clicks: waymark stats ${link.code}`),
        );
        return 'ok';
      }),
    );
}

interface UpdateOptions {
  to?: string;
  title?: string;
  expires?: string;
  activate?: boolean;
  deactivate?: boolean;
  redirect?: string;
}

function addUpdate(links: Command, cli: Cli): void {
  links
    .command('update <link>')
    .description('change where a link leads, its title, its end, whether it is active')
    .option('--to <destination>', 'where it leads from now on')
    .option('-t, --title <title>', 'an empty one takes it away')
    .option('-e, --expires <when>', 'as for create; "never" takes the end away')
    .option('--redirect <status>', '301, 302, 307 or 308')
    .option('--activate', 'let it lead there')
    .option('--deactivate', 'answer 404 until it is activated again')
    .addHelpText(
      'after',
      examples(
        [
          'waymark links update spring --to https://example.com/summer',
          'waymark links update 4711 --expires never --activate',
        ],
        NAMING,
      ),
    )
    .action(
      cli.action<UpdateOptions>(async (session, [ref = ''], options) => {
        const patch = patchOf(options);
        if (Object.keys(patch).length === 0)
          throw usage('nothing to change was given', 'See "waymark links update --help".');
        const client = session.client();
        const { id } = await findLink(client, ref);
        const link = await client.links.update(id, patch);
        await session.output.result(link, () => linkCard(link, session));
        return 'ok';
      }),
    );
}

/** Errors: usage. */
function patchOf({ to, title, expires, activate, deactivate, redirect }: UpdateOptions): LinkPatch {
  if (activate && deactivate) throw usage('--activate and --deactivate are opposites');
  return {
    ...(to !== undefined && { url: to }),
    ...(title !== undefined && { title: title === '' ? null : title }),
    ...(expires !== undefined && {
      expiresAt: expires === 'never' ? null : parseWhen(expires, '--expires', Date.now()),
    }),
    ...(redirect !== undefined && { redirectStatus: redirectStatus(redirect) }),
    ...((activate || deactivate) && { active: activate === true }),
  };
}

/** Errors: usage. */
function redirectStatus(text: string): 301 | 302 | 307 | 308 {
  const status = ([301, 302, 307, 308] as const).find((known) => String(known) === text);
  if (status === undefined) throw usage(`--redirect: ${text} is none of 301, 302, 307, 308`);
  return status;
}

function linkCard(link: Link, { output }: Session): string {
  const entries: [string, string][] = [
    ['short URL', link.shortUrl],
    ['leads to', `${link.url}${link.redirectStatus === 302 ? '' : ` (${link.redirectStatus})`}`],
    ...(link.title === null ? [] : [['title', link.title] as [string, string]]),
    ['state', stateOf(link)],
    ...(link.expiresAt === null ? [] : [['expires', dateTime(link.expiresAt)] as [string, string]]),
    ['clicks', `${count(link.clicks)} (${count(link.humanClicks)} of people)`],
    ...(link.lastClickAt === null ? [] : [['last click', dateTime(link.lastClickAt)] as [string, string]]),
    ['created', dateTime(link.createdAt)],
    ['changed', dateTime(link.updatedAt)],
    ['id', link.id],
  ];
  return card(entries, output.style);
}
