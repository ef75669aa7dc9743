import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import { Failure, usage } from '../failure.ts';
import { findLink } from '../find-link.ts';
import { Progress } from '../output/progress.ts';
import { qualityOf } from '../quality.ts';
import type { Session } from '../session.ts';
import { parseWhen } from '../when.ts';

interface ExportOptions {
  output?: string;
  format?: string;
  link?: string;
  from?: string;
  to?: string;
  quality?: string;
}

/** `export`: a download of any length, never whole in memory. */
export function addExportCommand(program: Command, cli: Cli): void {
  program
    .command('export <what>')
    .description('write links, clicks or events as CSV or JSON')
    .option('-o, --output <file>', 'write to FILE, which is there only when it is complete (default: standard output)')
    .option('-f, --format <format>', 'csv or json (default: csv; json with --json)')
    .option('--link <link>', 'clicks or events of this link alone')
    .option('--from <when>', 'clicks from then on: 30d (ago), 2030-01-31 (default: all there are, at most ten years)')
    .option('--to <when>', 'clicks before then')
    .option('--quality <quality>', 'clicks of this class: human, bot, ... (default: all)')
    .addHelpText(
      'after',
      examples([
        'waymark export links -o links.csv',
        'waymark export clicks --link spring --from 30d --format json -o clicks.json',
        'waymark export events | wc -l',
      ]),
    )
    .action(
      cli.action<ExportOptions>(async (session, [what = ''], options) => {
        const format = options.format ?? (session.output.mode.json ? 'json' : 'csv');
        if (format !== 'csv' && format !== 'json') throw usage(`--format: ${format} is neither csv nor json`);
        const response = await download(session, what, format, options);
        if (response.body === null) throw new Failure('unavailable', 'the server sent nothing');
        if (options.output === undefined) await toSink(response.body, session);
        else await toFile(response.body, resolve(options.output), session);
        return 'ok';
      }),
    );
}

/** About as long as the server takes. */
const RANGE_DEFAULT_MS = 3652 * 86_400_000;
const MINUTE_MS = 60_000;

/** Errors: usage, for an option that this kind of rows does not take; as the client's calls. */
async function download(
  session: Session,
  what: string,
  format: 'csv' | 'json',
  options: ExportOptions,
): Promise<Response> {
  const { link, from, to, quality } = options;
  const client = session.client();
  if (what !== 'clicks' && (from ?? to ?? quality) !== undefined)
    throw usage('--from, --to and --quality are for clicks alone');
  const ofLink = async () => (link === undefined ? {} : { link: (await findLink(client, link)).id });
  switch (what) {
    case 'links':
      if (link !== undefined) throw usage('--link: one link is "waymark links show", with --json');
      return client.exports.links({ format });
    case 'events':
      return client.exports.events({ format, ...(await ofLink()) });
    case 'clicks': {
      const range = { ...periodOf(from, to), quality: qualityOf(quality ?? 'all') };
      return client.exports.clicks({ format, ...range, ...(await ofLink()) });
    }
    default:
      throw usage(`${what} can not be exported`, 'Export links, clicks or events.');
  }
}

/** Errors: usage. */
function periodOf(from: string | undefined, to: string | undefined): { from: string; to: string } {
  const now = Date.now();
  const end = to === undefined ? new Date(now + MINUTE_MS).toISOString() : parseWhen(to, '--to', now, -1);
  const longest = new Date(Date.parse(end) - RANGE_DEFAULT_MS).toISOString();
  return { from: from === undefined ? longest : parseWhen(from, '--from', now, -1), to: end };
}

/** Errors: Failure, where the server breaks off: it says what is wrong after it has begun in no other way. */
async function* partsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new Failure('unavailable', `the download broke off: ${cause instanceof Error ? cause.message : cause}`);
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

async function toSink(body: ReadableStream<Uint8Array>, { output }: Session): Promise<void> {
  const decoder = new TextDecoder();
  for await (const part of partsOf(body)) await output.out.write(decoder.decode(part, { stream: true }));
}

async function toFile(body: ReadableStream<Uint8Array>, file: string, { output }: Session): Promise<void> {
  const stage = `${file}.partial-${process.pid}`;
  const stream = createWriteStream(stage, { flags: 'wx' });
  let bytes = 0;
  try {
    await using progress = new Progress(output, 'exporting');
    await once(stream, 'open');
    for await (const part of partsOf(body)) {
      if (!stream.write(part)) await once(stream, 'drain');
      bytes += part.length;
      await progress.show(bytes, null, 'bytes');
    }
    stream.end();
    await once(stream, 'close');
    await rename(stage, file);
  } catch (error) {
    stream.destroy();
    await rm(stage, { force: true });
    throw error;
  }
  await output.result({ file, bytes }, () => '');
  await output.note(`${file}: ${bytes} bytes`);
}
