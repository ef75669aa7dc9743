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

/** Files into the database on the one writing connection. */
export class SqliteImportCommands implements ImportCommands {
  private readonly userImport: UserImport;
  private readonly linkImport: LinkImport;
  private readonly eventImport: EventImport;

  constructor(private readonly ctx: WriteContext) {
    this.userImport = new UserImport(ctx);
    this.linkImport = new LinkImport(ctx);
    this.eventImport = new EventImport(ctx);
  }

  users(rows: ImportUserRow[]): Promise<ImportRowResult[]> {
    return this.each(rows, (row, counters) => this.userImport.put(row, counters));
  }

  links(rows: ImportLinkRow[]): Promise<ImportRowResult[]> {
    return this.each(rows, (row, counters) => this.linkImport.put(row, counters));
  }

  async events(rows: ImportEventRow[]): Promise<ImportRowResult[]> {
    this.eventImport.begin();
    const results = await this.each(rows, (row, counters) => this.eventImport.put(row, counters));
    this.eventImport.end();
    return results;
  }

  async makeRoom(rows: ImportLinkRow[]): Promise<boolean> {
    const counters = new CounterBatch(this.ctx.sqlite);
    const more = await this.linkImport.makeRoom(rows, counters);
    counters.flush();
    return more;
  }

  private async each<T extends { row: number }>(
    rows: readonly T[],
    put: (row: T, counters: CounterBatch) => Promise<Omit<ImportRowResult, 'row'>>,
  ): Promise<ImportRowResult[]> {
    const counters = new CounterBatch(this.ctx.sqlite);
    const results: ImportRowResult[] = [];
    for (const row of rows) results.push({ row: row.row, ...(await put(row, counters)) });
    counters.flush();
    return results;
  }
}
