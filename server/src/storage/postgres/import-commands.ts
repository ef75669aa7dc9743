import type { Outcome } from '../../links/import-outcome.ts';
import type {
  ImportCommands,
  ImportEventRow,
  ImportLinkRow,
  ImportRowResult,
  ImportUserRow,
} from '../../links/import-rows.ts';
import type { WriteContext } from './context.ts';
import { CounterBatch } from './counter-batch.ts';
import { EventImport } from './import-events.ts';
import { LinkImport } from './import-links.ts';
import { UserImport } from './import-users.ts';

/** Files into the database within one transaction. */
export class PostgresImportCommands implements ImportCommands {
  constructor(private readonly ctx: WriteContext) {}

  users(rows: ImportUserRow[]): Promise<ImportRowResult[]> {
    return this.counted(async (counters) => withRows(rows, await new UserImport(this.ctx, counters).put(rows)));
  }

  links(rows: ImportLinkRow[]): Promise<ImportRowResult[]> {
    return this.counted(async (counters) => withRows(rows, await new LinkImport(this.ctx, counters).put(rows)));
  }

  events(rows: ImportEventRow[]): Promise<ImportRowResult[]> {
    return this.counted(async (counters) => withRows(rows, await new EventImport(this.ctx, counters).put(rows)));
  }

  makeRoom(rows: ImportLinkRow[]): Promise<boolean> {
    return this.counted((counters) => new LinkImport(this.ctx, counters).makeRoom(rows));
  }

  private async counted<T>(work: (counters: CounterBatch) => Promise<T>): Promise<T> {
    const counters = new CounterBatch(this.ctx.db);
    const done = await work(counters);
    await counters.flush();
    return done;
  }
}

function withRows(rows: readonly { row: number }[], outcomes: readonly Outcome[]): ImportRowResult[] {
  return outcomes.map((outcome, index) => ({ row: rows[index]?.row ?? 0, ...outcome }));
}
