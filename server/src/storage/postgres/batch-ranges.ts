import type { PoolClient } from 'pg';
import type { IngestOutcome } from '../../clicks/ingest.ts';
import { int8s } from './binary-arrays.ts';

/** Rounds of claiming before giving up; each but the last found that a rival had been quicker. */
const ROUNDS_MAX = 50;

/** Seqs of one edge, both ends included. */
export interface SeqRange {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
}

export interface HashedRange extends SeqRange {
  hash: string;
}

/** What a batch has got. `ranges` ascend and are empty unless it is `committed`: they are the seqs that are its own to commit. */
export interface Claim {
  result: IngestOutcome['result'];
  ranges: SeqRange[];
}

interface Wanted extends HashedRange {
  /** Place of the batch in the group. */
  batch: number;
  /** The batch's whole range, so that one known whole can be told from one cut anew. */
  whole: boolean;
}

export interface EdgeCounts {
  committed: number;
  discarded: number;
  dead: number;
}

/**
 * Takes for each batch the seqs that nobody has committed, for the transaction under way. A range that another transaction
 * holds is waited for: when that commits, its seqs are given up, and when it fails they are taken.
 *
 * The exclusion constraint of ingest_batches keeps two from having the same seq. What is older than the batches that are
 * kept lies below the edge's watermark, which is read after the insert: so whatever was forgotten before is seen there.
 */
export async function claimRanges(client: PoolClient, batches: readonly HashedRange[], now: number): Promise<Claim[]> {
  const claims = batches.map((): Claim => ({ result: 'already_committed', ranges: [] }));
  let wanted = batches.map((batch, at): Wanted => ({ ...batch, batch: at, whole: true }));
  for (let round = 1; wanted.length > 0; round++) {
    if (round > ROUNDS_MAX) throw new Error('the ranges of these batches do not come to rest');
    // In one order, so that two groups wait for each other one way only.
    wanted.sort((a, b) => compare(a.edgeId, b.edgeId) || a.firstSeq - b.firstSeq || a.lastSeq - b.lastSeq);
    const taken = await insertRanges(client, wanted, now);
    const watermarks = await readWatermarks(client, [...new Set(wanted.map(({ edgeId }) => edgeId))]);
    for (const range of wanted) {
      if (!taken.has(range)) continue;
      const own = await aboveWatermark(client, range, watermarks.get(range.edgeId) ?? 0);
      if (own) claims[range.batch]?.ranges.push(own);
    }
    const refused = wanted.filter((range) => !taken.has(range));
    wanted = refused.length === 0 ? [] : await uncovered(client, refused, watermarks, claims);
  }
  for (const claim of claims) {
    if (claim.ranges.length > 0) claim.result = 'committed';
    claim.ranges.sort((a, b) => a.firstSeq - b.firstSeq);
  }
  return claims;
}

async function insertRanges(client: PoolClient, wanted: readonly Wanted[], now: number): Promise<Set<Wanted>> {
  const { rows } = await client.query<[edgeId: string, firstSeq: number, lastSeq: number, hash: string]>({
    name: 'claim-ranges',
    text: `INSERT INTO ingest_batches (edge_id, first_seq, last_seq, hash, committed_at)
           SELECT u.edge_id, u.first_seq, u.last_seq, u.hash, $5::int8
           FROM unnest($1::text[], $2::int8[], $3::int8[], $4::text[]) AS u (edge_id, first_seq, last_seq, hash)
           ON CONFLICT DO NOTHING RETURNING edge_id, first_seq, last_seq, hash`,
    values: [
      wanted.map(({ edgeId }) => edgeId),
      int8s(wanted.map(({ firstSeq }) => firstSeq)),
      int8s(wanted.map(({ lastSeq }) => lastSeq)),
      wanted.map(({ hash }) => hash),
      now,
    ],
    rowMode: 'array',
  });
  const taken = new Set<Wanted>();
  for (const [edgeId, firstSeq, lastSeq, hash] of rows) {
    const range = wanted.find(
      (one) =>
        one.edgeId === edgeId &&
        one.firstSeq === firstSeq &&
        one.lastSeq === lastSeq &&
        one.hash === hash &&
        !taken.has(one),
    );
    if (range) taken.add(range);
  }
  return taken;
}

async function readWatermarks(client: PoolClient, edgeIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await client.query<[string, number]>({
    name: 'watermarks',
    text: 'SELECT edge_id, watermark FROM ingest_edges WHERE edge_id = ANY ($1::text[])',
    values: [edgeIds],
    rowMode: 'array',
  });
  return new Map(rows);
}

/** Gives up what of a range just taken lies below the watermark: its batch was forgotten. Null where nothing is left. */
async function aboveWatermark(client: PoolClient, range: Wanted, watermark: number): Promise<SeqRange | null> {
  const { edgeId, firstSeq, lastSeq } = range;
  if (firstSeq > watermark) return { edgeId, firstSeq, lastSeq };
  if (lastSeq <= watermark) {
    await client.query('DELETE FROM ingest_batches WHERE edge_id = $1 AND first_seq = $2', [edgeId, firstSeq]);
    return null;
  }
  await client.query('UPDATE ingest_batches SET first_seq = $3 WHERE edge_id = $1 AND first_seq = $2', [
    edgeId,
    firstSeq,
    watermark + 1,
  ]);
  return { edgeId, firstSeq: watermark + 1, lastSeq };
}

/** What of refused ranges is still to be had. Settles those batches whose whole range is known. */
async function uncovered(
  client: PoolClient,
  refused: readonly Wanted[],
  watermarks: ReadonlyMap<string, number>,
  claims: readonly Claim[],
): Promise<Wanted[]> {
  const { rows } = await client.query<[n: number, firstSeq: number, lastSeq: number, hash: string]>(
    {
      text: `SELECT u.n::int4, b.first_seq, b.last_seq, b.hash
             FROM unnest($1::text[], $2::int8[], $3::int8[]) WITH ORDINALITY AS u (edge_id, first_seq, last_seq, n)
             JOIN ingest_batches b ON b.edge_id = u.edge_id
               AND int8range(b.first_seq, b.last_seq, '[]') && int8range(u.first_seq, u.last_seq, '[]')
             ORDER BY u.n, b.first_seq`,
      rowMode: 'array',
    },
    [
      refused.map(({ edgeId }) => edgeId),
      int8s(refused.map(({ firstSeq }) => firstSeq)),
      int8s(refused.map(({ lastSeq }) => lastSeq)),
    ],
  );
  return refused.flatMap((range, at) => {
    const there = rows.filter(([n]) => n === at + 1);
    const same = there.find(([, firstSeq, lastSeq]) => firstSeq === range.firstSeq && lastSeq === range.lastSeq);
    const claim = claims[range.batch];
    if (same && range.whole) {
      if (claim && same[3] !== range.hash) claim.result = 'conflict';
      return [];
    }
    const left: Wanted[] = [];
    let next = Math.max(range.firstSeq, (watermarks.get(range.edgeId) ?? 0) + 1);
    for (const [, firstSeq, lastSeq] of there) {
      if (firstSeq > next) left.push({ ...range, firstSeq: next, lastSeq: firstSeq - 1, whole: false });
      next = Math.max(next, lastSeq + 1);
    }
    if (next <= range.lastSeq) {
      // The rival was gone before it could be looked at: the whole range again.
      const whole = range.whole && next === range.firstSeq;
      left.push({ ...range, firstSeq: next, whole });
    }
    return left;
  });
}

/**
 * Counts what was committed of each edge and moves its watermark over the ranges that follow it without a gap.
 * @NOTE Only for the holder of LOCKS.clickOrder: it sees all ranges of those who held it before.
 */
export async function advanceEdges(
  client: PoolClient,
  edges: ReadonlyMap<string, EdgeCounts>,
  now: number,
): Promise<void> {
  const entries = [...edges].sort(([a], [b]) => compare(a, b));
  if (entries.length === 0) return;
  await client.query({
    name: 'advance-edges',
    text: `WITH edge AS (
             SELECT u.*, coalesce(k.watermark, 0) AS watermark
             FROM unnest($1::text[], $2::int8[], $3::int8[], $4::int8[]) AS u (edge_id, committed, discarded, dead)
             LEFT JOIN ingest_edges k ON k.edge_id = u.edge_id),
           above AS (
             SELECT edge.edge_id, b.last_seq,
               b.first_seq = 1 + lag(b.last_seq, 1, edge.watermark) OVER (PARTITION BY edge.edge_id ORDER BY b.first_seq) AS follows
             FROM edge JOIN ingest_batches b ON b.edge_id = edge.edge_id AND b.first_seq > edge.watermark),
           joined AS (
             SELECT edge_id, last_seq, bool_and(follows) OVER (PARTITION BY edge_id ORDER BY last_seq) AS joined FROM above)
           INSERT INTO ingest_edges AS k (edge_id, watermark, committed, discarded, dead, updated_at)
           SELECT edge_id, coalesce((SELECT max(last_seq) FROM joined WHERE joined AND joined.edge_id = edge.edge_id), watermark),
             committed, discarded, dead, $5::int8 FROM edge ORDER BY edge_id
           ON CONFLICT (edge_id) DO UPDATE SET watermark = greatest(k.watermark, excluded.watermark),
             committed = k.committed + excluded.committed, discarded = k.discarded + excluded.discarded,
             dead = k.dead + excluded.dead, updated_at = excluded.updated_at`,
    values: [
      entries.map(([edgeId]) => edgeId),
      int8s(entries.map(([, { committed }]) => committed)),
      int8s(entries.map(([, { discarded }]) => discarded)),
      int8s(entries.map(([, { dead }]) => dead)),
      now,
    ],
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
