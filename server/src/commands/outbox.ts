import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { adoptOutbox } from '../storage/outbox/adopt.ts';
import {
  type OutboxContents,
  type OutboxSummary,
  readOutbox,
  readOutboxFile,
  seqsIn,
  summarizeOutbox,
} from '../storage/outbox/outbox-contents.ts';
import { type EdgeRanges, rangesOf } from '../storage/outbox/seq-ranges.ts';
import { readCommitted } from '../storage/sqlite/committed-ranges.ts';
import { openForReading } from '../storage/sqlite/database.ts';
import { type CommandIo, type CommandResult, conclude, dataPaths, formatBytes, reason } from './command.ts';
import { committedInPostgres, replayIntoPostgres } from './postgres/replay-outbox.ts';
import { isScaledOut, type ScaledOutConfig, shownDatabase, withPool } from './postgres/with-pool.ts';
import { withDataDir } from './with-data-dir.ts';

export interface OutboxStatusResult extends CommandResult {
  outbox: OutboxSummary | null;
}

/** Says what the outbox holds and how much of that the database does not have. Runs beside a server too. */
export async function outboxStatusCommand(config: Config, io: CommandIo): Promise<OutboxStatusResult> {
  const { outbox } = dataPaths(config);
  try {
    const summary = summarizeOutbox(outbox, await committedHere(config, readOutbox(outbox)));
    for (const { edgeId, lastSeq, pending } of summary.edges)
      io.print(`edge ${edgeId}: accepted to ${lastSeq}, ${pending} not in the database`);
    const message = `${outbox}: ${summary.pending} clicks wait, ${summary.rawSegments} segments, ${summary.sealedFiles} sealed files, ${formatBytes(summary.bytes)}`;
    return conclude(io, { exitCode: 0, message, outbox: summary });
  } catch (error) {
    return conclude(io, { exitCode: 1, message: reason(error), outbox: null });
  }
}

export interface OutboxReplayResult extends CommandResult {
  filesTaken: number;
  /** Clicks among them that the database does not have. */
  pending: number;
}

/**
 * Takes over the clicks of an edge that is gone, each once: on PostgreSQL straight into the database, or with `intoOutbox`,
 * as in the embedded shape, into the outbox of DATA_DIR, whose server delivers them when it starts.
 * `from`: an outbox directory, a data directory, or one of an outbox's files. It is left as it is.
 */
export async function outboxReplayCommand(
  config: Config,
  args: { from: string; intoOutbox?: boolean },
  io: CommandIo,
): Promise<OutboxReplayResult> {
  if (isScaledOut(config) && !args.intoOutbox) return replayStraight(config, args.from, io);
  const outcome = await withDataDir(config, async () => {
    const { database, outbox } = dataPaths(config);
    if (!isScaledOut(config) && !existsSync(database))
      throw new Error(`${database} is missing: restore or migrate it first`);
    const incoming = readIncoming(args.from);
    const committed = await committedHere(config, incoming);
    return { filesTaken: adoptOutbox(outbox, incoming, committed), pending: pendingOf(incoming, committed) };
  });
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed, filesTaken: 0, pending: 0 });
  const { filesTaken, pending } = outcome.done;
  const message = `${filesTaken} files taken over, ${pending} clicks among them that the database does not have: they are delivered when the server starts`;
  return conclude(io, { exitCode: 0, message, filesTaken, pending });
}

async function replayStraight(config: ScaledOutConfig, from: string, io: CommandIo): Promise<OutboxReplayResult> {
  const outcome = await withPool(config, async (pool) => {
    const incoming = readIncoming(from);
    const pending = pendingOf(incoming, await committedInPostgres(pool, incoming));
    const { committed, discarded, dead } = await replayIntoPostgres(config, pool, incoming);
    return { filesTaken: incoming.raw.length + incoming.sealed.length, pending, committed, discarded, dead };
  });
  if ('failed' in outcome) return conclude(io, { exitCode: 1, message: outcome.failed, filesTaken: 0, pending: 0 });
  const { filesTaken, pending, committed, discarded, dead } = outcome.done;
  const message = `${filesTaken} files read, ${pending} clicks among them that ${shownDatabase(config)} did not have: ${committed} counted, ${discarded} of links that are gone, ${dead} that could not be read`;
  return conclude(io, { exitCode: 0, message, filesTaken, pending });
}

function pendingOf(incoming: OutboxContents, committed: EdgeRanges): number {
  return [...seqsIn(incoming)].reduce((sum, [edgeId, seqs]) => sum + seqs.countBeyond(rangesOf(committed, edgeId)), 0);
}

function readIncoming(from: string): OutboxContents {
  if (!statSync(from).isDirectory()) return readOutboxFile(from);
  const inside = join(from, 'outbox');
  const dir = existsSync(inside) ? inside : from;
  const contents = readOutbox(dir);
  if (contents.raw.length + contents.sealed.length === 0) throw new Error(`${dir} holds no outbox`);
  return contents;
}

/** What the database has of these clicks; nothing where there is no database. Errors: rejects where PostgreSQL is away. */
async function committedHere(config: Config, contents: OutboxContents): Promise<EdgeRanges> {
  if (isScaledOut(config)) {
    const outcome = await withPool(config, (pool) => committedInPostgres(pool, contents));
    if ('failed' in outcome) throw new Error(outcome.failed);
    return outcome.done;
  }
  const { database } = dataPaths(config);
  if (!existsSync(database)) return new Map();
  const db = openForReading(database);
  try {
    return readCommitted(db);
  } finally {
    db.close();
  }
}
