import type { Pool } from 'pg';
import { AppError } from '../../platform/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Answer, Call } from '../../platform/thread-rpc.ts';
import { awaitSchema } from './await-schema.ts';
import { PostgresChangeFeed } from './change-feed.ts';
import { PostgresConfirmations } from './confirmations.ts';
import { PostgresEdgeProgress } from './edge-progress.ts';
import { PostgresEdgeRegistry } from './edge-registry.ts';
import { kysely } from './pool.ts';
import { PostgresCommands, PostgresReads } from './postgres-calls.ts';
import { createAsk } from './questions.ts';
import { createReadServices } from './read-services.ts';
import { PostgresReplicaLags } from './replica-lags.ts';
import type { WriteServiceParts } from './write-services.ts';

/** Longest wait for what is asked about edges. */
const ANSWER_MS = 2000;

export interface ApiDatabaseOptions {
  /** Reads of all but analytics, and writes. */
  storage: Pool;
  analytics: Pool;
  /** Share of raw click rows kept, so that answers can say when rows are a sample. */
  sampleRate: number;
  now: Clock;
  parts: WriteServiceParts;
  /** Waits between two tries. */
  pause?: (ms: number) => Promise<void>;
}

/**
 * What an API server asks of the database, any number of calls side by side.
 * Errors: until `start` has brought the schema forward every call is answered `unavailable`.
 */
export class ApiDatabase {
  private readonly reads: PostgresReads;
  private readonly commands: PostgresCommands;
  private readonly running = new Set<Promise<unknown>>();
  private state: 'starting' | 'started' | 'closed' = 'starting';

  constructor(private readonly options: ApiDatabaseOptions) {
    const { now, storage, analytics, parts } = options;
    const db = kysely(storage);
    const ask = createAsk(storage, ANSWER_MS);
    const contexts = { main: { db, now }, analytics: { db: kysely(analytics), now } };
    this.reads = new PostgresReads({
      ...createReadServices(contexts, options),
      registry: new PostgresEdgeRegistry(ask),
      confirmations: new PostgresConfirmations(ask),
      feed: new PostgresChangeFeed(ask, now),
      progress: new PostgresEdgeProgress(ask),
      replicaLags: new PostgresReplicaLags(ask),
    });
    this.commands = new PostgresCommands(db, now, parts);
  }

  /** Takes calls once the schema is what this program knows. Errors: as `awaitSchema`. */
  async start(onAway: (error: unknown) => void = () => {}): Promise<{ from: number; to: number }> {
    const { storage, pause } = this.options;
    const isClosed = () => this.state === 'closed';
    const schema = await awaitSchema(storage, { onAway, isClosed, ...(pause && { pause }) });
    if (this.state === 'starting') this.state = 'started';
    return schema;
  }

  read(call: Call): Promise<Answer> {
    return this.run(() => this.reads.run(call));
  }

  write(call: Call): Promise<Answer> {
    return this.run(() => this.commands.run(call));
  }

  /** Lets what runs come to its end; what is asked after this is answered `unavailable`. */
  async close(): Promise<void> {
    this.state = 'closed';
    await Promise.allSettled(this.running);
    await Promise.all([this.options.storage.end(), this.options.analytics.end()]);
  }

  private async run(work: () => Promise<Answer>): Promise<Answer> {
    if (this.state !== 'started') {
      throw new AppError('unavailable', 'The database is not available just now', { retryAfterSeconds: 5 });
    }
    const done = work();
    this.running.add(done);
    try {
      return await done;
    } finally {
      this.running.delete(done);
    }
  }
}
