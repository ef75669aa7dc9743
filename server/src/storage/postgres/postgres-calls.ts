import type { Kysely } from 'kysely';
import type { NewLink } from '../../links/store.ts';
import { AppError } from '../../platform/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Answer, type Call, findMethod, type Services } from '../../platform/thread-rpc.ts';
import type { WriteCallContext, WriteNotes } from '../write-call.ts';
import { CreationBatches } from './creation-batches.ts';
import { asAnswer } from './errors.ts';
import { IdempotencyStore } from './idempotency.ts';
import type { Schema } from './schema.ts';
import { inTransaction } from './transactions.ts';
import { createWriteContext } from './write-context.ts';
import { createWriteServices, type WriteServiceParts } from './write-services.ts';

/** How long a repeated request waits for the first one to be done before it is refused, and how often it looks. */
const FIRST_REQUEST_MS = 1000;
const LOOK_AGAIN_MS = 20;

/** Answers calls of read services. Errors: as `asAnswer` words them. */
export class PostgresReads {
  constructor(private readonly services: Services) {}

  async run(call: Call): Promise<Answer> {
    try {
      return { value: await findMethod(this.services, call)(...call.args) };
    } catch (error) {
      throw asAnswer(error);
    }
  }
}

/**
 * Runs each command as one transaction, committed before it is answered; any number side by side.
 * Shape: notes as the write queue of the embedded shape gives them.
 * Errors: those of the command; `idempotency_running`, `idempotency_mismatch`; `unavailable`, after which a command without
 * an idempotency key may have been done or not.
 */
export class PostgresCommands {
  private readonly creations: CreationBatches;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly now: Clock,
    private readonly parts: WriteServiceParts,
  ) {
    this.creations = new CreationBatches((links) =>
      inTransaction(this.db, (tx) => createWriteServices(createWriteContext(tx, now), parts).links.createMany(links)),
    );
  }

  async run(call: Call): Promise<Answer & { notes: WriteNotes }> {
    const isPlainCreation = call.service === 'links' && call.method === 'create' && call.context === undefined;
    return (isPlainCreation ? await this.create(call.args[0] as NewLink) : null) ?? this.repeatedly(call);
  }

  /** Null where the link is refused: asked for alone, the refusal says what it is about. */
  private async create(link: NewLink): Promise<(Answer & { notes: WriteNotes }) | null> {
    const result = await this.creations.add(link);
    if (!result.ok) return null;
    const { value } = result;
    return { value, notes: { changed: [[value.domainId, value.code]], replayed: false } };
  }

  private async repeatedly(call: Call): Promise<Answer & { notes: WriteNotes }> {
    const deadline = performance.now() + FIRST_REQUEST_MS;
    for (;;) {
      try {
        return await this.once(call);
      } catch (error) {
        const isRunning = error instanceof AppError && error.code === 'idempotency_running';
        if (!isRunning || performance.now() >= deadline) throw error;
        await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
      }
    }
  }

  private once(call: Call): Promise<Answer & { notes: WriteNotes }> {
    const key = (call.context as WriteCallContext | undefined)?.idempotency;
    return inTransaction(this.db, async (tx) => {
      const context = createWriteContext(tx, this.now);
      const idempotency = new IdempotencyStore(tx, this.now);
      const kept = key ? await idempotency.claim(key) : null;
      if (kept) return { value: kept.result, notes: { changed: [], replayed: true } };
      const value = await findMethod(createWriteServices(context, this.parts), call)(...call.args);
      if (key) await idempotency.keep(key, value);
      return { value, notes: { changed: context.changed, replayed: false } };
    });
  }
}
