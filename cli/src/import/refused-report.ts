import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';

export interface RefusedRow {
  row: number;
  problem: string;
}

/**
 * The rows that did not go in, as CSV: number, reason, and the row itself, to be mended and imported in turn.
 * Shape: there from the first refused row on.
 */
export class RefusedReport {
  private fd: number | null = null;

  /** `bytes`: what of an earlier run's report stands; the rest of it is cut off. */
  constructor(
    readonly path: string,
    private readonly header: readonly string[],
    public bytes: number,
  ) {
    if (bytes === 0) rmSync(path, { force: true });
    else truncateSync(path, bytes);
  }

  add({ row, problem }: RefusedRow, fields: readonly string[]): void {
    if (this.bytes === 0) this.write(['row', 'problem', ...this.header]);
    this.write([String(row), problem, ...fields]);
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private write(values: readonly string[]): void {
    this.fd ??= openSync(this.path, 'a', 0o644);
    this.bytes += writeSync(this.fd, `${values.map(quoted).join(',')}\n`);
  }
}

function quoted(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
