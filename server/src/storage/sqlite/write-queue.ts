import type { Database } from 'bun:sqlite';
import { AppError } from '../../platform/app-error.ts';
import { type Call, findMethod, type Reply, type Services, toWire } from '../../platform/thread-rpc.ts';
import type { WriteCallContext, WriteNotes } from '../write-call.ts';
import type { IdempotencyStore } from './idempotency.ts';
import type { LinkChanges } from './write-context.ts';

/** How long one transaction may hold the writer. */
const TRANSACTION_MS_MAX = 20;

/** What holds ingest calls of one transaction together. */
export interface IngestGroup {
  grouped<T>(work: () => Promise<T>): Promise<T>;
  /** Told when the transaction of ingest calls was rolled back. */
  rolledBack(): void;
}

/** Ingest calls in one transaction while no API call has come for a while; otherwise one. */
const INGESTS_MAX = 12;
const QUIET_MS = 250;
/** Turns after which background work gets one although ingest waits. */
const TURNS_PER_BACKGROUND = 8;

type SendReplies = (replies: Reply[]) => void;

/** A piece of background work that fits one transaction. Returns whether more is left. */
export type BackgroundTask = () => Promise<boolean>;

/**
 * Orders everything that writes the main database. API calls go first, many to a transaction (one fsync for all of them),
 * each in a savepoint of its own; then one ingest or background transaction; then API calls again.
 * Shape: one transaction at a time, each about TRANSACTION_MS_MAX at most while API calls come. While none has come for
 * a while, ingest takes several batches at once, which costs a third less for each click.
 * Errors: when the transaction itself fails, every call in it answers `unavailable` and nothing of it is kept.
 */
export class WriteQueue {
  private calls: { call: Call; send: SendReplies }[] = [];
  private ingests: { call: Call; send: SendReplies }[] = [];
  private background: BackgroundTask[] = [];
  private draining = false;
  private synchronous: 'FULL' | 'NORMAL' = 'FULL';

  constructor(
    private readonly sqlite: Database,
    private readonly services: Services,
    private readonly idempotency: IdempotencyStore,
    private readonly changes: LinkChanges,
    private readonly ingestGroup: IngestGroup,
    /** Told of links that background work may have changed: no reply speaks of them. */
    private readonly onChanged: (codes: WriteNotes['changed']) => void = () => {},
  ) {}

  private lastCallAt = Number.NEGATIVE_INFINITY;
  private turns = 0;

  /** A call that must be durable before it is answered. */
  pushCall(call: Call, send: SendReplies): void {
    this.lastCallAt = performance.now();
    this.calls.push({ call, send });
    void this.drain();
  }

  /** An ingest call: durable with the next checkpoint or API write (its batch stays on disk). */
  pushIngest(call: Call, send: SendReplies): void {
    this.ingests.push({ call, send });
    void this.drain();
  }

  pushBackground(task: BackgroundTask): void {
    this.background.push(task);
    void this.drain();
  }

  /** Resolves when nothing is waiting and no transaction is open. */
  async idle(): Promise<void> {
    while (this.draining) await new Promise<void>((resume) => setImmediate(resume));
  }

  private async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    await Promise.resolve(); // Calls that came in one message are taken together.
    try {
      while (this.calls.length + this.ingests.length + this.background.length > 0) {
        if (this.calls.length > 0) await this.runCalls();
        const isQuiet = performance.now() - this.lastCallAt > QUIET_MS;
        const ingests = this.ingests.splice(0, isQuiet ? INGESTS_MAX : 1);
        if (ingests.length > 0) await this.runIngests(ingests);
        const isBackgroundDue = ingests.length === 0 || ++this.turns % TURNS_PER_BACKGROUND === 0;
        if (isBackgroundDue && this.calls.length === 0) await this.runBackground();
        await new Promise<void>((resume) => setImmediate(resume));
      }
    } finally {
      this.draining = false;
    }
  }

  private async runCalls(): Promise<void> {
    const taken: { call: Call; send: SendReplies; reply: Reply | null }[] = [];
    const failed = await this.transaction('FULL', async () => {
      const start = performance.now();
      do {
        const next = this.calls.shift();
        if (!next) break;
        const entry: (typeof taken)[number] = { ...next, reply: null };
        taken.push(entry);
        entry.reply = await this.runCall(next.call);
        if (!this.sqlite.inTransaction) throw unavailable('the database gave the transaction up');
      } while (performance.now() - start < TRANSACTION_MS_MAX);
    });
    // Not even begun: whoever waits hears it at once.
    if (failed && taken.length === 0)
      for (const waiting of this.calls.splice(0)) taken.push({ ...waiting, reply: null });
    const bySender = new Map<SendReplies, Reply[]>();
    for (const { call, reply, send } of taken) {
      const said: Reply =
        failed || !reply ? { id: call.id, ok: false, error: toWire(failed), notes: reply?.notes } : reply;
      const replies = bySender.get(send);
      if (replies) replies.push(said);
      else bySender.set(send, [said]);
    }
    for (const [send, replies] of bySender) send(replies);
  }

  private async runCall(call: Call): Promise<Reply> {
    const key = (call.context as WriteCallContext | undefined)?.idempotency;
    this.sqlite.run('SAVEPOINT call');
    try {
      const kept = key ? this.idempotency.replay(key) : null;
      const value = kept ? kept.result : await findMethod(this.services, call)(...call.args);
      if (key && !kept) this.idempotency.keep(key, value);
      this.sqlite.run('RELEASE call');
      return { id: call.id, ok: true, value, notes: this.notes(kept !== null) };
    } catch (error) {
      this.changes.take();
      if (this.sqlite.inTransaction) this.sqlite.run('ROLLBACK TO call; RELEASE call');
      return { id: call.id, ok: false, error: toWire(asAnswer(error)) };
    }
  }

  private notes(replayed: boolean): WriteNotes {
    return { changed: this.changes.take(), replayed };
  }

  private async runIngests(taken: { call: Call; send: SendReplies }[]): Promise<void> {
    const values: unknown[] = [];
    const failed = await this.transaction('NORMAL', () =>
      this.ingestGroup.grouped(async () => {
        for (const { call } of taken) values.push(await findMethod(this.services, call)(...call.args));
      }),
    );
    if (failed) this.ingestGroup.rolledBack();
    taken.forEach(({ call, send }, at) => {
      send([failed ? { id: call.id, ok: false, error: toWire(failed) } : { id: call.id, ok: true, value: values[at] }]);
    });
  }

  private async runBackground(): Promise<void> {
    const task = this.background.shift();
    if (!task) return;
    let more = false;
    const failed = await this.transaction('NORMAL', async () => {
      more = await task();
    });
    const changed = this.changes.take();
    if (changed.length > 0) this.onChanged(changed);
    if (failed) console.error('background task failed', failed);
    else if (more) this.background.push(task);
  }

  /** Runs `work` in a transaction; returns why it was given up, or null when it is committed. */
  private async transaction(synchronous: 'FULL' | 'NORMAL', work: () => Promise<void>): Promise<Error | null> {
    try {
      if (this.synchronous !== synchronous) {
        this.sqlite.run(`PRAGMA synchronous = ${synchronous}`);
        this.synchronous = synchronous;
      }
      this.sqlite.run('BEGIN IMMEDIATE');
      await work();
      this.sqlite.run('COMMIT');
      return null;
    } catch (error) {
      try {
        if (this.sqlite.inTransaction) this.sqlite.run('ROLLBACK');
        // The write-ahead log then begins again at its front, in room that it has.
        if ((error as { code?: unknown }).code === 'SQLITE_FULL') this.sqlite.run('PRAGMA wal_checkpoint(PASSIVE)');
      } catch (second) {
        console.error('a transaction could not be cleared away', second);
      }
      return asAnswer(error);
    }
  }
}

/** A full disk and the like (SQLITE_FULL, SQLITE_IOERR_*, ...) pass, unlike a statement that the schema refuses. */
const PASSING = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|NOMEM|CANTOPEN|READONLY)/;

function asAnswer(error: unknown): Error {
  if (error instanceof AppError) return error;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && PASSING.test(code)) return unavailable(error);
  return error instanceof Error ? error : new Error(String(error));
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'The database cannot be written just now', { retryAfterSeconds: 5, cause });
}
