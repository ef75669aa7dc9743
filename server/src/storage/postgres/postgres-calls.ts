import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { type Answer, type Call, findMethod, type Services } from '../../platform/thread-rpc.ts';
import type { WriteCallContext, WriteNotes } from '../write-call.ts';
import { asAnswer } from './errors.ts';
import { IdempotencyStore } from './idempotency.ts';
import type { Schema } from './schema.ts';
import { inTransaction } from './transactions.ts';
import { createWriteContext } from './write-context.ts';
import { createWriteServices, type WriteServiceParts } from './write-services.ts';

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
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly now: Clock,
    private readonly parts: WriteServiceParts,
  ) {}

  run(call: Call): Promise<Answer & { notes: WriteNotes }> {
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
