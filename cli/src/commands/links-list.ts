import type { LinkListOptions } from '@waymark/contract/client';
import type { Link } from '@waymark/contract/v1/links';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import { usage } from '../failure.ts';
import { LINK_SORT_NAMES } from '../link-sorts.ts';
import { wholeNumber } from '../numbers.ts';
import { count, dateTime } from '../output/format.ts';
import { type Column, table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface ListOptions {
  search?: string;
  sort?: string;
  limit?: string;
  cursor?: string;
  all?: boolean;
  active?: boolean;
  inactive?: boolean;
  expired?: boolean;
  deleted?: boolean;
}

const LIMIT_DEFAULT = 20;
const PAGE = 1000;

/** `links list`: one page in a table; with --all every link, streamed. */
export function addLinkListCommand(links: Command, cli: Cli): void {
  links
    .command('list')
    .description('list links, newest first')
    .option('-s, --search <text>', 'part of the code, the destination or the title')
    .option('--sort <field>', 'createdAt, updatedAt, clicks, code or id; -clicks for most first')
    .option('-n, --limit <number>', `how many (default ${LIMIT_DEFAULT}, at most 1,000)`)
    .option('--cursor <cursor>', 'go on after an earlier page (nextCursor in --json)')
    .option('--all', 'every one; with --json one link a line')
    .option('--active', 'only those that lead somewhere')
    .option('--inactive', 'only those that were switched off')
    .option('--expired', 'only those that have ended')
    .option('--deleted', 'only those that can be restored')
    .addHelpText(
      'after',
      examples([
        'waymark links list --sort=-clicks --limit 5',
        'waymark links list --search example.com',
        'waymark links list --all --json | jq -r .shortUrl',
      ]),
    )
    .action(
      cli.action<ListOptions>(async (session, _args, options) => {
        const query = queryOf(options);
        if (options.all) await listAll(session, query);
        else await listPage(session, query, options);
        return 'ok';
      }),
    );
}

async function listPage(session: Session, query: LinkListOptions, { limit, cursor }: ListOptions): Promise<void> {
  const { output } = session;
  const page = await session.client().links.list({
    ...query,
    limit: limit === undefined ? LIMIT_DEFAULT : wholeNumber(limit, '--limit', 1, PAGE),
    ...(cursor !== undefined && { cursor }),
  });
  await output.result(page, () => (page.data.length === 0 ? '' : linkTable(page.data, session)));
  if (page.data.length === 0) await output.note('No links.');
  else if (page.nextCursor !== null)
    await output.note(output.noteStyle('dim', 'There are more: --limit, --all, or --search.'));
}

async function listAll(session: Session, query: LinkListOptions): Promise<void> {
  const { output } = session;
  const client = session.client();
  let cursor: string | undefined;
  let shown = 0;
  do {
    const page = await client.links.list({ ...query, limit: PAGE, ...(cursor !== undefined && { cursor }) });
    if (output.mode.json) await output.out.write(page.data.map((link) => `${JSON.stringify(link)}\n`).join(''));
    else if (page.data.length > 0) {
      const text = linkTable(page.data, session);
      // Only the first page has headings.
      await output.out.write(`${shown === 0 ? text : text.slice(text.indexOf('\n') + 1)}\n`);
    }
    shown += page.data.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  if (shown === 0) await output.note('No links.');
}

/** Errors: usage. */
function queryOf({ search, sort, active, inactive, expired, deleted }: ListOptions): LinkListOptions {
  if (active && inactive) throw usage('--active and --inactive are opposites');
  const field = LINK_SORT_NAMES.find((name) => name === sort);
  if (sort !== undefined && field === undefined)
    throw usage(
      `--sort: ${sort} is no field to sort by`,
      `It is one of ${LINK_SORT_NAMES.filter((name) => !name.startsWith('-')).join(', ')}; with - in front for descending.`,
    );
  return {
    ...(search !== undefined && { q: search }),
    ...(field !== undefined && { sort: field }),
    ...((active || inactive) && { active: active === true }),
    ...(expired && { expired }),
    ...(deleted && { deleted }),
  };
}

const COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'right' },
  { title: 'CODE', flexible: true },
  { title: 'CLICKS', align: 'right' },
  { title: 'CREATED' },
  { title: 'STATE' },
  { title: 'DESTINATION', flexible: true },
];

function linkTable(links: readonly Link[], { output }: Session): string {
  const rows = links.map((link) => [
    link.id,
    link.code,
    count(link.clicks),
    dateTime(link.createdAt).slice(0, 10),
    stateOf(link),
    link.url.replace(/^https?:\/\//, ''),
  ]);
  return table(COLUMNS, rows, output.columns, output.style);
}

/** What the link answers with just now, in a word. */
export function stateOf({ active, deletedAt, expiresAt, quarantineReason }: Link): string {
  if (deletedAt !== null) return 'deleted';
  if (!active) return 'inactive';
  if (quarantineReason !== null) return 'quarantined';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'active';
}
