import { randomBytes } from 'node:crypto';
import { DIMENSIONS } from '@waymark/contract';
import type { Pool, PoolClient } from 'pg';
import { decodeBatch } from '../../clicks/batch.ts';
import { BatchAdditions } from '../../clicks/batch-additions.ts';
import type { DeadLetter, EdgeProgress, GroupIngestPort, IngestOutcome } from '../../clicks/ingest.ts';
import { saltIsWanted } from '../../clicks/ingest-rules.ts';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';
import { AppError } from '../../platform/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { advanceEdges, claimRanges } from './batch-ranges.ts';
import { CopyRows, copyIn } from './copy-in.ts';
import { lateDaysBefore } from './day-tier-border.ts';
import { keepDeadLetters } from './dead-letters.ts';
import { asAnswer } from './errors.ts';
import { FirstVisits } from './first-visits.ts';
import { addClickRows } from './ingest-counters.ts';
import { type CountedClick, dayClicks, IngestGroup, type SealedBatch, seqsIn } from './ingest-group.ts';
import { addToLinks, lateDeletions, liveLinks } from './ingest-links.ts';
import { addToRollups } from './ingest-rollups.ts';
import { LOCKS } from './locks.ts';
import { onOneConnection } from './pool-transactions.ts';
import { ValueIds } from './value-ids.ts';
import { type GroupLimit, ValueLimit } from './value-limit.ts';
import { VisitLog } from './visit-log.ts';

/** @NOTE Plans are kept while tables grow from nothing within minutes (each day's visitors): only look-ups by index stay right. */
const BEGIN = `BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
  SET LOCAL jit = off`;
const CLICKS = `clicks (id, link_id, user_id, at, original_at, url_version, country, region, city, device, browser, os, referrer,
  utm_source, utm_medium, utm_campaign, utm_term, utm_content, language, quality, reason, visitor, first_seen)`;
const CLICK_WIDTHS = [8, 4, 4, 8, 8, 4, ...new Array<8>(15).fill(8), 8, 2] as const;
/** Clicks of some milliseconds' work. */
const CLICKS_AT_ONCE = 500;

export interface IngestOptions {
  now: Clock;
  /** Share of raw click rows kept, 0 to 1. Rollups and totals count all. */
  sampleRate: number;
}

/**
 * Clicks into PostgreSQL, any number of workers at once; also several calls of one store at once, which keeps worker and
 * database busy at the same time.
 *
 * One transaction for a group of batches. It takes what it locks in this order: ranges by edge and seq, visitors by day, link
 * and hash, the border of the day tier (shared), the order of clicks, totals by link, counters by key, edges by id. So workers
 * may wait for each other, but never in a circle. From the order of clicks on they take turns; all else is done before.
 */
export class PostgresIngestStore implements GroupIngestPort {
  private readonly values: ValueIds;
  private readonly limit = new ValueLimit();
  private readonly visitLog = new VisitLog();

  constructor(
    private readonly pool: Pool,
    private readonly options: IngestOptions,
  ) {
    this.values = new ValueIds(pool);
  }

  async ingest(content: string, hash: string): Promise<IngestOutcome> {
    const [outcome] = await this.ingestAll([{ content, hash }]);
    if (!outcome) throw new Error('a batch was left out');
    return outcome;
  }

  async ingestAll(batches: readonly { content: string; hash: string }[]): Promise<IngestOutcome[]> {
    if (batches.length === 0) return [];
    const decoded = [];
    for (const sealed of batches) {
      decoded.push({ ...sealed, batch: decodeBatch(sealed.content) });
      await aside();
    }
    const values = await this.values.ofClicks(decoded.flatMap(({ batch }) => batch.clicks));
    const others = await this.values.ofOthers();
    let from = 0;
    const group = decoded.map((sealed): SealedBatch => {
      const to = from + sealed.batch.clicks.length;
      const own = values.slice(from, to);
      from = to;
      return { ...sealed, values: own };
    });
    try {
      return await onOneConnection(this.pool, (client) => this.commit(client, group, others), BEGIN);
    } catch (error) {
      this.limit.forget();
      // A statement that takes too long tells of the database, not of the batches.
      if (error instanceof AppError && error.code === 'query_timeout')
        throw new AppError('unavailable', 'The database is too slow just now', { retryAfterSeconds: 5, cause: error });
      throw error;
    }
  }

  async deadLetter(entry: DeadLetter): Promise<void> {
    const keep = async (client: PoolClient) => {
      const now = this.options.now();
      const [claim] = await claimRanges(client, [{ ...entry, hash: '' }], now);
      await client.query(`SELECT pg_advisory_xact_lock(${LOCKS.clickOrder})`);
      await keepDeadLetters(client, [entry], now);
      const dead = seqsIn(claim?.ranges ?? []);
      if (dead > 0) await advanceEdges(client, new Map([[entry.edgeId, { committed: 0, discarded: 0, dead }]]), now);
    };
    await onOneConnection(this.pool, keep, BEGIN);
  }

  async progress(): Promise<EdgeProgress[]> {
    try {
      const { rows } = await this.pool.query<EdgeProgress>(
        'SELECT edge_id AS "edgeId", watermark, committed, discarded, dead FROM ingest_edges ORDER BY edge_id',
      );
      return rows;
    } catch (error) {
      throw asAnswer(error);
    }
  }

  async salt(day: number): Promise<string | null> {
    if (!saltIsWanted(day, this.options.now())) return null;
    try {
      const fresh = randomBytes(16).toString('hex');
      await this.pool.query('INSERT INTO visitor_salts (day, salt) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        day,
        fresh,
      ]);
      const { rows } = await this.pool.query<{ salt: string }>('SELECT salt FROM visitor_salts WHERE day = $1', [day]);
      return rows[0]?.salt ?? null;
    } catch (error) {
      throw asAnswer(error);
    }
  }

  private async commit(
    client: PoolClient,
    batches: readonly SealedBatch[],
    others: ReadonlyMap<number, number>,
  ): Promise<IngestOutcome[]> {
    const now = this.options.now();
    const ranges = batches.map(({ batch: { edgeId, firstSeq, lastSeq }, hash }) => ({
      edgeId,
      firstSeq,
      lastSeq,
      hash,
    }));
    const group = new IngestGroup(batches, await claimRanges(client, ranges, now));
    const owners = await liveLinks(client, group.linkIds());
    const clicks = group.count(owners, now, this.options.sampleRate);

    const visits = new FirstVisits();
    for (const { click, day, human } of clicks) visits.note(day, click.linkId, click.visitor, human);
    await this.visitLog.store(client, visits);
    const lateBefore = await lateDaysBefore(client);
    const limit = await this.limit.count(client, dayClicks(clicks));
    const additions = additionsUnder(limit, others, lateBefore);
    const rows = await addUp(clicks, visits, additions);
    await addToRollups(client, additions);

    await client.query(`SELECT pg_advisory_xact_lock(${LOCKS.clickOrder})`);
    if (rows.count > 0) {
      const ids = await client.query<{ first: number }>('SELECT take_event_ids($1) AS first', [rows.count]);
      const first = ids.rows[0]?.first ?? 0;
      group.number(first);
      rows.numberFrom(first);
      await copyIn(client, CLICKS, rows);
    }
    if (additions.links.size > 0) await addTotals(client, additions, owners, now);
    await keepDeadLetters(client, group.conflicts(), now);
    await advanceEdges(client, group.countsByEdge(), now);
    return group.outcomes;
  }
}

/** Lets another group of this worker go on, whose statement may have been answered: the database is not to wait for us. */
const aside = (): Promise<void> => new Promise((resume) => setImmediate(resume));

function additionsUnder(limit: GroupLimit, others: ReadonlyMap<number, number>, lateBefore: number): BatchAdditions {
  return new BatchAdditions({
    valueFor: (day, linkId, valueId) => {
      const dimension = Math.floor(valueId / VALUE_SPAN);
      if (dimension === DIMENSIONS.link || limit.allows(day, linkId, valueId)) return valueId;
      return others.get(dimension) ?? valueId;
    },
    dayTierCovers: (day) => day < lateBefore,
  });
}

/** Adds up the clicks; returns the rows that they get, not numbered yet. */
async function addUp(
  clicks: readonly CountedClick[],
  visits: FirstVisits,
  additions: BatchAdditions,
): Promise<CopyRows> {
  const cells: (number | null)[] = [];
  for (const [n, counted] of clicks.entries()) {
    if (n % CLICKS_AT_ONCE === CLICKS_AT_ONCE - 1) await aside();
    const { click, values, at, day, human, kept, ownerId } = counted;
    const { linkId, visitor } = click;
    const firstSeen = visits.firstSeen(day, linkId, visitor, human);
    additions.add({ linkId, human, firstSeen, values }, at, kept, ownerId);
    if (!kept) continue;
    cells.push(0, linkId, ownerId, at, at === click.at ? null : click.at, click.urlVersion);
    for (const id of values) cells.push(id);
    cells.push(visitor, firstSeen);
  }
  return new CopyRows(cells, CLICK_WIDTHS);
}

/** Totals of links, and the lists' counters without the rows of links that were deleted meanwhile. */
async function addTotals(
  client: PoolClient,
  { links, rows, owners }: BatchAdditions,
  ownerOf: ReadonlyMap<number, number | null>,
  now: number,
): Promise<void> {
  await addToLinks(client, links);
  let shown = rows;
  for (const id of await lateDeletions(client, now)) {
    const hidden = links.get(id)?.rows ?? 0;
    const ownerId = ownerOf.get(id) ?? null;
    shown -= hidden;
    if (ownerId !== null) owners.set(ownerId, (owners.get(ownerId) ?? 0) - hidden);
  }
  await addClickRows(client, shown, owners);
}
