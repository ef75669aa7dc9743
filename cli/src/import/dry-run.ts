import { ApiError, type WaymarkClient } from '@waymark/contract/client';
import type { ImportFile, ImportRow } from './import-file.ts';
import type { RefusedRow } from './refused-report.ts';

/** Rows that the server is asked about; beyond them a dry run looks at the file alone. */
const ASKED_MAX = 2000;
const AT_ONCE = 8;

export interface DryRun {
  problems: RefusedRow[];
  /** Rows whose destination and code the server was asked about; 0 where none answered. */
  checked: number;
}

/** What an import would refuse. Changes nothing, here or on the server. Errors: where the server lets nobody in. */
export async function dryRun(
  client: WaymarkClient,
  { rows }: ImportFile,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<DryRun> {
  const problems = new Map<number, string>();
  for (const row of rows) if ('problem' in row) problems.set(row.row, row.problem);
  const asked = rows.filter((row) => 'link' in row).slice(0, ASKED_MAX);
  let done = 0;
  const queue = asked.values();
  const worker = async () => {
    for (const row of queue) {
      const problem = await problemOf(client, row);
      if (problem !== null) problems.set(row.row, problem);
      await onProgress(++done, asked.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'unreachable') throw error;
    done = 0;
  }
  const sorted = [...problems].map(([row, problem]) => ({ row, problem })).sort((a, b) => a.row - b.row);
  return { problems: sorted, checked: done };
}

async function problemOf(client: WaymarkClient, row: ImportRow): Promise<string | null> {
  if (!('link' in row)) return null;
  const { url, code } = row.link;
  const destination = await client.links.check(url).catch(sayField);
  if (typeof destination === 'string') return destination;
  if (destination.problem !== null) return `url: ${destination.problem.message}`;
  if (!code) return null;
  const availability = await client.links.availability(code).catch(sayField);
  if (typeof availability === 'string') return availability;
  return availability.available ? null : `code: ${REASONS[availability.reason ?? 'code_taken']}`;
}

/** A value that is refused as such (far too long) is a problem of the row, not of the run. */
function sayField(error: unknown): string {
  if (error instanceof ApiError && error.status === 400) return error.message;
  throw error;
}

const REASONS = {
  invalid_code: 'is not 3 to 64 of A-Z a-z 0-9 _ -, or is digits alone',
  reserved_code: 'is reserved',
  code_taken: 'is taken',
};
