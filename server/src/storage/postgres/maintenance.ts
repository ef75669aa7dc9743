import { LIMITS } from '@waymark/contract';
import type { Pool } from 'pg';
import type { ClickMaintenance } from '../../clicks/maintenance.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { ClickRetention, type RetentionOptions } from './click-retention.ts';
import { PostgresDayTier } from './day-tier.ts';
import { asAnswer } from './errors.ts';
import { PostgresPartitions } from './partitions.ts';
import { RollupMerge } from './rollup-merge.ts';
import { sumUpSpan } from './span-tier.ts';

/** Rows of one statement. */
const ROWS_AT_ONCE = 5000;
/** Visitors of a day are told apart this long after its end, for late clicks. */
const VISITORS_KEEP_MS = 48 * HOUR_MS;
const BATCHES_KEEP_MS = 7 * DAY_MS;
const CHANGES_KEEP = '7 days';
const EDGES_KEEP = '7 days';

/**
 * Housekeeping of PostgreSQL, for whoever holds LOCKS.housekeeping. Every method does one slice and returns whether more is
 * left; each may be broken off at any moment and goes on where it was. Two that run at once do no harm.
 */
export class PostgresMaintenance implements ClickMaintenance {
  readonly partitions: PostgresPartitions;
  private readonly dayTier: PostgresDayTier;
  private readonly merge: RollupMerge;
  private readonly retention: ClickRetention;

  constructor(
    private readonly pool: Pool,
    private readonly options: RetentionOptions,
  ) {
    this.partitions = new PostgresPartitions(pool, options);
    this.dayTier = new PostgresDayTier(pool, options.now);
    this.merge = new RollupMerge(pool, options.now);
    this.retention = new ClickRetention(pool, this.partitions, options);
  }

  /** Makes partitions of the time to come. */
  async makePartitions(): Promise<boolean> {
    await this.partitions.makeAhead();
    return false;
  }

  /** Sums hours up into days, and days into spans. */
  async compactDay(): Promise<boolean> {
    return (await this.dayTier.compactDay()) || sumUpSpan(this.pool);
  }

  /** Merges rollup rows of the same key. */
  mergeRollups(): Promise<boolean> {
    return this.merge.mergeSome();
  }

  retainClicks(): Promise<boolean> {
    return this.retention.retain();
  }

  async dropOldVisitors(): Promise<boolean> {
    const before = Math.floor((this.options.now() - VISITORS_KEEP_MS) / DAY_MS);
    const [old] = (await this.visitorDays()).filter(({ day }) => day < before);
    if (old) {
      await this.partitions.detach('visitors_seen', old.name);
      await this.partitions.drop(old.name);
      return true;
    }
    await this.remove('DELETE FROM visitor_salts WHERE day < $1', [before]);
    return this.removeSome(
      `DELETE FROM visitors_seen_other WHERE ctid = ANY
         (ARRAY(SELECT ctid FROM visitors_seen_other WHERE day < $1 LIMIT ${ROWS_AT_ONCE}))`,
      [before],
    );
  }

  async forgetBatches(): Promise<boolean> {
    return this.removeSome(
      `DELETE FROM ingest_batches WHERE (edge_id, first_seq) IN
         (SELECT b.edge_id, b.first_seq FROM ingest_batches b JOIN ingest_edges e ON e.edge_id = b.edge_id
          WHERE b.committed_at < $1 AND b.last_seq <= e.watermark ORDER BY b.committed_at LIMIT ${ROWS_AT_ONCE})`,
      [this.options.now() - BATCHES_KEEP_MS],
    );
  }

  async forgetIdempotency(): Promise<boolean> {
    return this.removeSome(
      `DELETE FROM idempotency WHERE (principal, route, key) IN
         (SELECT principal, route, key FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT ${ROWS_AT_ONCE})`,
      [this.options.now() - LIMITS.idempotencyKeepHours * HOUR_MS],
    );
  }

  /** Forgets changes of links over 7 days old; the feed's floor rises with them, so that no replica takes a gap for the whole. */
  async forgetLinkChanges(): Promise<boolean> {
    return this.removeSome(
      `WITH oldest AS (SELECT seq, at FROM link_changes ORDER BY seq LIMIT ${ROWS_AT_ONCE}),
         floor AS (SELECT max(seq) AS seq FROM oldest WHERE at < clock_timestamp() - interval '${CHANGES_KEEP}'),
         risen AS (UPDATE installation i SET feed_floor = floor.seq FROM floor WHERE floor.seq > i.feed_floor)
       DELETE FROM link_changes c USING floor WHERE c.seq <= floor.seq`,
      [],
    );
  }

  /** Forgets edges that were not seen for 7 days, once everything they said they had accepted is accounted for. */
  async forgetEdges(): Promise<boolean> {
    return this.removeSome(
      `DELETE FROM edges WHERE edge_id IN (SELECT e.edge_id FROM edges e LEFT JOIN ingest_edges k ON k.edge_id = e.edge_id
         WHERE e.seen_at < clock_timestamp() - interval '${EDGES_KEEP}' AND e.lease_until < clock_timestamp()
           AND e.accepted_seq <= coalesce(k.watermark, 0) LIMIT ${ROWS_AT_ONCE})`,
      [],
    );
  }

  private async visitorDays(): Promise<{ name: string; day: number }[]> {
    try {
      const { rows } = await this.pool.query<{ name: string }>(
        `SELECT tablename AS name FROM pg_tables
         WHERE schemaname = current_schema() AND tablename ~ '^visitors_seen_[0-9]+$' ORDER BY 1`,
      );
      return rows.map(({ name }) => ({ name, day: Number(name.slice('visitors_seen_'.length)) }));
    } catch (error) {
      throw asAnswer(error);
    }
  }

  private async removeSome(sql: string, values: readonly unknown[]): Promise<boolean> {
    return (await this.remove(sql, values)) >= ROWS_AT_ONCE;
  }

  private async remove(sql: string, values: readonly unknown[]): Promise<number> {
    try {
      return (await this.pool.query(sql, [...values])).rowCount ?? 0;
    } catch (error) {
      throw asAnswer(error);
    }
  }
}
