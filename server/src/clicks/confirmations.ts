/** What the database has of one edge's seqs. Seqs up to `watermark`, and those in `ranges` (ends included), are accounted for. */
export interface CommittedSeqs {
  edgeId: string;
  watermark: number;
  /** Above the watermark, ascending. */
  ranges: [first: number, last: number][];
}

/** How an edge learns from the database itself what is committed; nothing else confirms a batch. */
export interface Confirmations {
  /** Shape: an entry for each id asked for; all zero where the database does not know it. Errors: `unavailable`. */
  committed(edgeIds: readonly string[]): Promise<CommittedSeqs[]>;
}

/** Whether every seq from `first` to `last` is accounted for. */
export function coversSeqs({ watermark, ranges }: CommittedSeqs, first: number, last: number): boolean {
  let next = Math.max(first, watermark + 1);
  for (const [from, to] of ranges) {
    if (next > last || from > next) break;
    next = Math.max(next, to + 1);
  }
  return next > last;
}
