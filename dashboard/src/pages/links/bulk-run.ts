import type { BulkOutcome } from '@waymark/contract/v1/link-bulk';
import type { Link } from '@waymark/contract/v1/links';

/** How many of the operations are over. */
export interface Progress {
  done: number;
  total: number;
}

export interface BulkDone<T> {
  /** `link` as the server has it; null where it shows none. */
  succeeded: { item: T; link: Link | null }[];
  /** Turned down one by one, each with the server's sentence. */
  refused: { item: T; message: string }[];
  /** Not tried, since a call failed. */
  left: T[];
  /** Why that call failed; null where none did. */
  error: unknown;
}

/**
 * Runs any number of operations in calls of at most `size`, one after the other. A call that fails ends it: what was
 * done stays done and is told.
 */
export async function runBulk<T>(
  items: readonly T[],
  size: number,
  call: (chunk: readonly T[]) => Promise<BulkOutcome[]>,
  onProgress: (progress: Progress) => void = () => {},
): Promise<BulkDone<T>> {
  const result: BulkDone<T> = { succeeded: [], refused: [], left: [], error: null };
  for (let start = 0; start < items.length; start += size) {
    const chunk = items.slice(start, start + size);
    onProgress({ done: start, total: items.length });
    try {
      const outcomes = await call(chunk);
      for (const [index, item] of chunk.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined || outcome.error !== null) {
          result.refused.push({ item, message: outcome?.error?.message ?? '' });
        } else result.succeeded.push({ item, link: outcome.link });
      }
    } catch (error) {
      return { ...result, left: items.slice(start), error };
    }
  }
  return result;
}
