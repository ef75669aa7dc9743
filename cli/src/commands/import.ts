import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import type { ExitName } from '../exit-codes.ts';
import type { DryRun } from '../import/dry-run.ts';
import type { ImportFile } from '../import/import-file.ts';
import { FIELDS } from '../import/mapping.ts';
import { count, plural } from '../output/format.ts';
import { Progress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface ImportOptions {
  dryRun?: boolean;
  map?: string[];
  report?: string;
  restart?: boolean;
}

/** Problems that are shown one by one; the report has all. */
const SHOWN_MAX = 10;

/** `import`: a CSV file of links through the API. */
export function addImportCommand(program: Command, cli: Cli): void {
  program
    .command('import <file>')
    .description('make links from a CSV file; goes on where it stopped')
    .option('--dry-run', 'show how the file is read and what would be refused; change nothing')
    .option('--map <field=column...>', 'where a field is, if its column is called something else')
    .option('--report <file>', 'rows that were refused (default: FILE.refused.csv)')
    .option('--restart', 'do not go on where an earlier run of the same file stopped')
    .addHelpText(
      'after',
      examples(
        [
          'waymark import links.csv --dry-run',
          'waymark import links.csv',
          'waymark import export.csv --map "url=Long Link" --map code=Slug',
        ],
        `Fields: ${FIELDS.join(', ')}; only url is needed. Exit code 1 where rows were refused.\nusers.csv, urls.csv and events.csv with their ids: see "waymark seed".`,
      ),
    )
    .action(
      cli.action<ImportOptions>(async (session, [path = ''], options) => {
        const { readImportFile } = await import('../import/import-file.ts');
        const file = await readImportFile(resolve(path), options.map ?? []);
        return options.dryRun ? preview(session, file) : send(session, file, options);
      }),
    );
}

async function preview(session: Session, file: ImportFile): Promise<ExitName> {
  const { output } = session;
  const { dryRun } = await import('../import/dry-run.ts');
  const run = await (async () => {
    await using progress = new Progress(output, 'checking');
    return dryRun(session.client(), file, (done, total) => progress.show(done, total, 'rows'));
  })();
  const mapping = FIELDS.map((field) => ({ field, column: columnOf(file, field) }));
  const rows = file.rows.length;
  const value = { dryRun: true, rows, wouldCreate: rows - run.problems.length, mapping, ...run };
  await output.result(value, () => previewText(file, run, mapping, session));
  return run.problems.length === 0 ? 'ok' : 'failed';
}

function previewText(
  file: ImportFile,
  run: DryRun,
  mapping: { field: string; column: string | null }[],
  { output }: Session,
): string {
  const { columns, style } = output;
  const first = file.rows.find((row) => 'link' in row)?.fields ?? [];
  const mapped = table(
    [{ title: 'FIELD' }, { title: 'COLUMN', flexible: true }, { title: 'FIRST ROW', flexible: true }],
    mapping.map(({ field, column }) => [
      field,
      column ?? '(none)',
      column === null ? '' : (first[file.header.indexOf(column)] ?? ''),
    ]),
    columns,
    style,
  );
  const unread = file.header.filter((name) => !mapping.some(({ column }) => column === name));
  const problems = run.problems.slice(0, SHOWN_MAX).map(({ row, problem }) => [String(row), problem]);
  const rest = run.problems.length - problems.length;
  const asked = run.checked === 0 ? 'No server answered: destinations and codes were not checked against one.' : '';
  const partly = run.checked > 0 && file.rows.length > run.checked + run.problems.length;
  return [
    mapped,
    ...(unread.length > 0 ? [style('dim', `not read: ${unread.join(', ')}`)] : []),
    '',
    ...(problems.length > 0
      ? [
          table(
            [
              { title: 'ROW', align: 'right' },
              { title: 'PROBLEM', flexible: true },
            ],
            problems,
            columns,
            style,
          ),
        ]
      : []),
    ...(rest > 0 ? [`and ${count(rest)} more: --json shows all`] : []),
    `${plural(file.rows.length, 'row')}: ${count(file.rows.length - run.problems.length)} would become links, ${count(run.problems.length)} would be refused. Nothing was changed.`,
    ...(asked === '' ? [] : [asked]),
    ...(partly ? [`The server was asked about the first ${count(run.checked)} rows.`] : []),
  ].join('\n');
}

async function send(session: Session, file: ImportFile, options: ImportOptions): Promise<ExitName> {
  const { output } = session;
  const { importLinks } = await import('../import/import-links.ts');
  const result = await (async () => {
    await using progress = new Progress(output, 'importing');
    return importLinks({
      file,
      server: session.target().url,
      client: session.client(),
      reportPath: resolve(options.report ?? `${file.path}.refused.csv`),
      restart: options.restart === true,
      signal: session.signal,
      onProgress: (done, total) => progress.show(done, total, 'rows'),
    });
  })();
  const { rows, created, refused, resumedAfter, report } = result;
  await output.result(result, () => {
    const before = resumedAfter > 0 ? ` (went on after row ${count(resumedAfter)})` : '';
    return `${plural(rows, 'row')}: ${count(created)} links made, ${count(refused)} refused${before}`;
  });
  if (report !== null) await output.warn(`The refused rows and why are in ${report}`);
  return refused === 0 ? 'ok' : 'failed';
}

function columnOf({ header, mapping }: ImportFile, field: (typeof FIELDS)[number]): string | null {
  const at = mapping[field];
  return at === undefined ? null : (header[at] ?? null);
}
