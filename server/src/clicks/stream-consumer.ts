import { AppError } from '../platform/app-error.ts';
import type { After, Clock } from '../platform/clock.ts';
import type { Signals } from '../platform/signals.ts';
import type { GroupIngestPort, IngestOutcome } from './ingest.ts';
import type { ClickStreamConsumer, StreamEntry } from './stream.ts';

/** Entries read at one time: few, so that workers share what comes; more while there is a backlog, as a larger transaction costs less for each click. */
const READ = { least: 12, most: 48 };
/** Content in one transaction. Characters. */
const GROUP_CHARS_MAX = 3_000_000;
/** How long a read waits for the first entry; a stop waits for it too. */
const WAIT_MS = 250;
const BACKOFF_MS = { first: 100, most: 5000 };
/** Failures of one batch, other than a database that is away, after which it is put aside so that the rest goes on. */
const FAILURES_MAX = 5;
/** An entry that was handed out this often goes alone: it may be what its workers died of. */
const DELIVERIES_ALONE = 3;
/** And so often it is put aside untried. */
const DELIVERIES_MAX = 10;
/**
 * A batch is at fault only where others are committed meanwhile: a database that refuses all of them (a schema of another
 * release, say) must not make a dead letter of every click. Without others to tell by, this long.
 */
const AT_FAULT_MS = 60_000;
/** Batches that failed and wait to be tried again; with so many something else is wrong, and nothing more is read. */
const SUSPECTS_MAX = 100;
const KEEP_MS = 5000;

export interface StreamConsumerDeps {
  stream: ClickStreamConsumer;
  ingest: GroupIngestPort;
  signals: Pick<Signals, 'send'>;
  now: Clock;
  after: After;
  /** How often what is held is shown to be alive; well below the claim time. Default 5 s. Units: ms. */
  keepMs?: number;
}

/** What one worker has done with the click stream so far. */
export interface StreamConsumerStatus {
  /** Entries read; of them, those handed out before. */
  read: number;
  redelivered: number;
  /** Entries whose clicks are in the database; of them, those that were there already. */
  committed: number;
  repeated: number;
  /** Entries put aside as dead letters, and conflicts among the committed. */
  dead: number;
  conflicts: number;
  clicks: number;
  /** Entries held and not committed yet. */
  held: number;
  /** Age of the oldest entry of the last group, from its sending to its commit; 0 where there is nothing to read. */
  lagMs: number;
  /** Why the last try failed; null when it went well. */
  lastError: string | null;
}

/** A batch that was refused by itself. */
interface Suspect {
  entry: StreamEntry;
  reason: string;
  failures: number;
  /** Not to be tried: those who did may have died of it. */
  isDeadly: boolean;
  firstAt: number;
  retryAt: number;
}

/**
 * A worker's loop: reads batches from the click stream, commits them in groups, and only then takes them out of the stream.
 * Whatever is done twice is done once, since the database knows every range: so a consumer may be paused, killed, or wrong
 * about what it holds, at any moment.
 */
export class StreamConsumer {
  private readonly counts = { read: 0, redelivered: 0, committed: 0, repeated: 0, dead: 0, conflicts: 0, clicks: 0 };
  private limit = READ.least;
  private lagMs = 0;
  private lastError: string | null = null;
  private lastCommitAt = Number.NEGATIVE_INFINITY;
  private keptAt = 0;
  private backoffMs = 0;
  private held: StreamEntry[] = [];
  private suspects: Suspect[] = [];
  private stopping = false;
  private wake = () => {};

  constructor(private readonly deps: StreamConsumerDeps) {}

  /** Works until `stop`; then gives back what is not committed. Never rejects. */
  async run(): Promise<void> {
    while (!this.stopping) await this.turn();
    await this.release();
  }

  /** Ends `run` after the group that is under way. */
  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /** One read and what comes of it. */
  async turn(): Promise<void> {
    await this.retrySuspects();
    if (this.suspects.length >= SUSPECTS_MAX) {
      await this.pause(WAIT_MS);
      return;
    }
    let read: StreamEntry[];
    try {
      read = await this.deps.stream.read(this.limit, WAIT_MS);
    } catch (error) {
      await this.backOff(error);
      return;
    }
    this.limit = read.length < this.limit ? READ.least : Math.min(this.limit * 2, READ.most);
    // One that could not be kept is claimed by its own holder too.
    const entries = read.filter(
      ({ key, id }) => !this.suspects.some(({ entry }) => entry.key === key && entry.id === id),
    );
    if (entries.length === 0) {
      this.lagMs = 0;
      this.recovered();
      return;
    }
    this.counts.read += entries.length;
    this.counts.redelivered += entries.filter(({ deliveries }) => deliveries > 1).length;
    this.held = [...entries];
    this.keptAt = this.deps.now();
    const groups = groupsOf(entries);
    while (groups.length > 0 && !this.stopping) {
      const group = groups.shift() ?? [];
      groups.unshift(...(await this.commit(group)));
    }
  }

  status(): StreamConsumerStatus {
    const { counts, lagMs, lastError } = this;
    return { ...counts, held: this.held.length + this.suspects.length, lagMs, lastError };
  }

  /** Commits a group, for as long as the database is away. Returns the groups to go on with where it is refused as a whole. */
  private async commit(group: readonly StreamEntry[]): Promise<StreamEntry[][]> {
    const [only] = group;
    if (only && group.length === 1 && only.deliveries > DELIVERIES_MAX) {
      this.suspect(only, new Error(`handed out ${only.deliveries} times and never committed`), true);
      return [];
    }
    while (!this.stopping) {
      try {
        const outcomes = await this.deps.ingest.ingestAll(
          group.map(({ batch: { content, hash } }) => ({ content, hash })),
        );
        await this.committed(group, outcomes);
        return [];
      } catch (error) {
        if (!isAway(error)) return this.divide(group, error);
        await this.backOff(error);
      }
    }
    return [];
  }

  private divide(group: readonly StreamEntry[], error: unknown): StreamEntry[][] {
    const [only] = group;
    if (only && group.length === 1) {
      this.suspect(only, error, false);
      return [];
    }
    const half = Math.ceil(group.length / 2);
    return [group.slice(0, half), group.slice(half)];
  }

  private async committed(group: readonly StreamEntry[], outcomes: readonly IngestOutcome[]): Promise<void> {
    const now = this.deps.now();
    for (const { result, committed } of outcomes) {
      this.counts.committed++;
      this.counts.clicks += committed;
      if (result === 'already_committed') this.counts.repeated++;
      if (result === 'conflict') this.counts.conflicts++;
    }
    this.lagMs = Math.max(0, ...group.map(({ id }) => now - sentAt(id)));
    this.lastCommitAt = now;
    this.recovered();
    await this.finish(group);
  }

  /** They are accounted for: out of the stream, and told to those who wait. */
  private async finish(group: readonly StreamEntry[]): Promise<void> {
    this.held = this.held.filter((entry) => !group.includes(entry));
    const edgeIds = [...new Set(group.map(({ batch }) => batch.edgeId))];
    this.deps.signals.send({ kind: 'clicks_committed', edgeIds });
    try {
      await this.deps.stream.done(group);
    } catch (error) {
      this.lastError = words(error); // They come again, and are known then.
    }
  }

  private suspect(entry: StreamEntry, error: unknown, isDeadly: boolean): void {
    const now = this.deps.now();
    this.lastError = words(error);
    this.held = this.held.filter((one) => one !== entry);
    this.suspects.push({
      entry,
      reason: words(error),
      failures: 1,
      isDeadly,
      firstAt: now,
      retryAt: now + BACKOFF_MS.first,
    });
  }

  private async retrySuspects(): Promise<void> {
    await this.keepAlive();
    const now = this.deps.now();
    for (const suspect of this.suspects.filter(({ retryAt }) => retryAt <= now)) {
      if (this.stopping) return;
      const isSettled = suspect.isDeadly ? await this.giveUp(suspect) : await this.tryAgain(suspect);
      if (isSettled) this.suspects.splice(this.suspects.indexOf(suspect), 1);
      else suspect.retryAt = this.deps.now() + Math.min(BACKOFF_MS.first * 2 ** suspect.failures, BACKOFF_MS.most);
    }
  }

  private async tryAgain(suspect: Suspect): Promise<boolean> {
    const { content, hash } = suspect.entry.batch;
    try {
      await this.committed([suspect.entry], await this.deps.ingest.ingestAll([{ content, hash }]));
      return true;
    } catch (error) {
      this.lastError = words(error);
      if (isAway(error)) return false;
      suspect.failures++;
      suspect.reason = words(error);
      return suspect.failures >= FAILURES_MAX && this.giveUp(suspect);
    }
  }

  /** Puts it aside if the fault is its own. Returns whether it is done with. */
  private async giveUp(suspect: Suspect): Promise<boolean> {
    const isAtFault = this.lastCommitAt > suspect.firstAt || this.deps.now() - suspect.firstAt >= AT_FAULT_MS;
    return isAtFault && this.putAside(suspect);
  }

  private async putAside({ entry, reason }: Suspect): Promise<boolean> {
    const { edgeId, firstSeq, lastSeq, content } = entry.batch;
    try {
      await this.deps.ingest.deadLetter({ edgeId, firstSeq, lastSeq, content, reason });
    } catch {
      return false; // Tried again.
    }
    this.counts.dead++;
    await this.finish([entry]);
    return true;
  }

  /** Nothing that is held and worked on is to be claimed by others. */
  private async keepAlive(): Promise<void> {
    const now = this.deps.now();
    const holding = [...this.held, ...this.suspects.map(({ entry }) => entry)];
    if (holding.length === 0 || now - this.keptAt < (this.deps.keepMs ?? KEEP_MS)) return;
    this.keptAt = now;
    try {
      await this.deps.stream.keep(holding);
    } catch (error) {
      this.lastError = words(error); // Then others claim them, which does no harm.
    }
  }

  private async backOff(error: unknown): Promise<void> {
    this.lastError = words(error);
    this.backoffMs = Math.min(Math.max(this.backoffMs * 2, BACKOFF_MS.first), BACKOFF_MS.most);
    await this.keepAlive();
    await this.pause(this.backoffMs);
  }

  /** Waits, or until a stop. */
  private pause(ms: number): Promise<void> {
    return new Promise((resume) => {
      const callOff = this.deps.after(ms, resume);
      this.wake = () => {
        callOff();
        resume();
      };
      if (this.stopping) this.wake();
    });
  }

  private recovered(): void {
    this.backoffMs = 0;
    if (this.suspects.length === 0) this.lastError = null;
  }

  private async release(): Promise<void> {
    const holding = [...this.held, ...this.suspects.map(({ entry }) => entry)];
    this.held = [];
    this.suspects = [];
    if (holding.length === 0) return;
    try {
      await this.deps.stream.release(holding);
    } catch {
      // Others claim them when their time is over.
    }
  }
}

/** Cuts what was read into transactions: by size, and those that are under suspicion alone. */
function groupsOf(entries: readonly StreamEntry[]): StreamEntry[][] {
  const groups: StreamEntry[][] = [];
  let group: StreamEntry[] = [];
  let chars = 0;
  const alone: StreamEntry[][] = [];
  for (const entry of entries) {
    if (entry.deliveries >= DELIVERIES_ALONE) {
      alone.push([entry]);
      continue;
    }
    const { length } = entry.batch.content;
    if (group.length > 0 && chars + length > GROUP_CHARS_MAX) {
      groups.push(group);
      group = [];
      chars = 0;
    }
    group.push(entry);
    chars += length;
  }
  if (group.length > 0) groups.push(group);
  return [...groups, ...alone];
}

/** An entry's id begins with the time of its sending. Units: epoch ms. */
function sentAt(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable';
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
