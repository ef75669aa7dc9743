import type { ClickBatch } from '../../clicks/batch.ts';
import { child } from '../../clicks/batch-additions.ts';
import type { EnrichedClick } from '../../clicks/click.ts';
import type { DeadLetter, IngestOutcome } from '../../clicks/ingest.ts';
import { hasRow, soundTime } from '../../clicks/ingest-rules.ts';
import { ALL_LINKS } from '../../clicks/rollup-rows.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { Claim, EdgeCounts, SeqRange } from './batch-ranges.ts';
import type { DayClicks } from './value-limit.ts';

/** A batch as it came. `values`: for each of its clicks the ids of its values. */
export interface SealedBatch {
  batch: ClickBatch;
  content: string;
  hash: string;
  values: readonly (readonly number[])[];
}

/** A click that this group counts. `kept`: it gets a row of its own. */
export interface CountedClick {
  click: EnrichedClick;
  values: readonly number[];
  at: number;
  day: number;
  human: boolean;
  kept: boolean;
  /** Owner of the link. */
  ownerId: number | null;
}

/** The batches of one transaction with what each has claimed, and what becomes of them. */
export class IngestGroup {
  /** In the order of the batches. */
  readonly outcomes: IngestOutcome[];
  /** Clicks within the claims, by batch. */
  private readonly claimed: { click: EnrichedClick; values: readonly number[] }[][];

  constructor(
    private readonly batches: readonly SealedBatch[],
    claims: readonly Claim[],
  ) {
    this.outcomes = claims.map(({ result, ranges }) => ({
      result,
      committed: 0,
      discarded: 0,
      dead: seqsIn(ranges),
      eventIds: [0, 0],
    }));
    this.claimed = batches.map(({ batch, values }, n) => {
      const ranges = claims[n]?.ranges ?? [];
      return batch.clicks.flatMap((click, i) => (isIn(ranges, click.seq) ? { click, values: values[i] ?? [] } : []));
    });
  }

  /** Ids of all links that have clicks here, ascending. */
  linkIds(): number[] {
    const ids = new Set(this.claimed.flatMap((clicks) => clicks.map(({ click }) => click.linkId)));
    return [...ids].sort((a, b) => a - b);
  }

  /** The clicks of live links (`owners` by link) in order; fills the outcomes but for their ids. Call once. */
  count(owners: ReadonlyMap<number, number | null>, now: number, sampleRate: number): CountedClick[] {
    return this.claimed.flatMap((clicks, n) => {
      const outcome = this.outcomes[n] as IngestOutcome;
      const counted: CountedClick[] = [];
      for (const { click, values } of clicks) {
        const ownerId = owners.get(click.linkId);
        if (ownerId === undefined) continue;
        const at = soundTime(click, now);
        const day = Math.floor(at / DAY_MS);
        const human = click.quality === 'human';
        counted.push({ click, values, at, day, human, kept: hasRow(click, sampleRate), ownerId });
      }
      outcome.committed = counted.length;
      outcome.discarded = clicks.length - counted.length;
      outcome.dead -= clicks.length;
      const rows = counted.reduce((sum, { kept }) => sum + (kept ? 1 : 0), 0);
      outcome.eventIds = [0, rows];
      return counted;
    });
  }

  /** Gives each batch its ids, from the first on. */
  number(firstId: number): void {
    let next = firstId;
    for (const outcome of this.outcomes) {
      const rows = outcome.eventIds[1];
      if (rows > 0) outcome.eventIds = [next, next + rows - 1];
      next += rows;
    }
  }

  countsByEdge(): Map<string, EdgeCounts> {
    const edges = new Map<string, EdgeCounts>();
    for (const [n, { batch }] of this.batches.entries()) {
      const outcome = this.outcomes[n];
      if (outcome?.result !== 'committed') continue;
      const counts = edges.get(batch.edgeId) ?? { committed: 0, discarded: 0, dead: 0 };
      counts.committed += outcome.committed;
      counts.discarded += outcome.discarded;
      counts.dead += outcome.dead;
      edges.set(batch.edgeId, counts);
    }
    return edges;
  }

  /** Those whose range is known with other content. None of their seqs is dead: another batch has them all. */
  conflicts(): DeadLetter[] {
    return this.batches.flatMap(({ batch: { edgeId, firstSeq, lastSeq }, content }, n) =>
      this.outcomes[n]?.result === 'conflict'
        ? { edgeId, firstSeq, lastSeq, reason: 'the range is known with other content', content }
        : [],
    );
  }
}

/** Clicks by day and link, and of all links together. */
export function dayClicks(counted: readonly CountedClick[]): DayClicks[] {
  const days = new Map<number, Map<number, DayClicks>>();
  const add = (day: number, linkId: number) => {
    const links = child(days, day);
    const known = links.get(linkId);
    if (known) known.clicks++;
    else links.set(linkId, { day, linkId, clicks: 1 });
  };
  for (const { click, day } of counted) {
    add(day, click.linkId);
    add(day, ALL_LINKS);
  }
  return [...days.values()].flatMap((links) => [...links.values()]);
}

export function seqsIn(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
}

function isIn(ranges: readonly SeqRange[], seq: number): boolean {
  return ranges.some(({ firstSeq, lastSeq }) => seq >= firstSeq && seq <= lastSeq);
}
