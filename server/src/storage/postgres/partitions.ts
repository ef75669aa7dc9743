import type { Pool, PoolClient } from 'pg';
import { type Clock, DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { asAnswer } from './errors.ts';
import { LOCKS } from './locks.ts';
import { type ClickMonth, monthsFrom } from './months.ts';

const MONTHS_AHEAD = 2;
const DAYS_AHEAD = 2;
/** Rows that are moved out of a default partition while it is locked: less than a second's work. */
const MOVED_ROWS_MAX = 50_000;
/** A time is no longer to come this long before, whatever the clocks of edges and workers say. */
const EARLY_MS = HOUR_MS;
/** How long a change of partitions waits for a lock before it lets others pass, and how often it tries. */
const LOCK_WAIT = '500ms';
const TRIES_MAX = 40;
const PAUSE_MS = 250;
const LOCK_NOT_AVAILABLE = '55P03';

/** A partition as it is to be. `within`: the condition of its rows; `bounds`: the same for ATTACH. */
interface Partition {
  parent: 'clicks' | 'visitors_seen';
  name: string;
  within: string;
  bounds: string;
  /** From when on rows come. Epoch ms UTC. */
  startsAt: number;
}

/**
 * Partitions of clicks by month and of visitors by day, made before they are needed.
 *
 * A partition is made beside its parent and attached, which takes no lock that ingest or reads wait for, but for the default
 * partition: that is locked alone while it is proved to hold no row of the new one. For a time to come a constraint proves it
 * beforehand, so the locked time does not depend on what the default partition holds.
 */
export class PostgresPartitions {
  constructor(
    private readonly pool: Pool,
    private readonly options: { now: Clock },
  ) {}

  /**
   * Makes what is missing of this month and the next two, and of today and the next two days. Whoever calls it while
   * another does finds nothing left to do. Errors: `unavailable` where a lock can't be had in some 20 seconds.
   */
  async makeAhead(): Promise<void> {
    const now = this.options.now();
    const today = Math.floor(now / DAY_MS);
    const wanted = [
      ...monthsFrom(now, MONTHS_AHEAD).map(ofMonth),
      ...Array.from({ length: DAYS_AHEAD + 1 }, (_, n) => ofDay(today + n)),
    ];
    await this.alone(async (client) => {
      const ours = await partitionedTables(client);
      for (const partition of wanted) {
        if (!ours.has(partition.parent) || (await isAttached(client, partition.name))) continue;
        if (partition.startsAt > now + EARLY_MS) await makeEarly(client, partition);
        else await makeLate(client, partition);
      }
    });
  }

  /** Names of the partitions of a table but for its default, in order. */
  async list(parent: Partition['parent']): Promise<string[]> {
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = $1::regclass AND c.relname <> $2 ORDER BY 1`,
      [parent, `${parent}_other`],
    );
    return rows.map(({ name }) => name);
  }

  /** Takes a partition out of its table; its rows are out of sight from then on. */
  async detach(parent: Partition['parent'], name: string): Promise<void> {
    await this.alone(async (client) => {
      if (await isAttached(client, name)) await patiently(client, `ALTER TABLE ${parent} DETACH PARTITION ${name}`);
    });
  }

  async drop(name: string): Promise<void> {
    await this.alone((client) => patiently(client, `DROP TABLE IF EXISTS ${name}`));
  }

  private async alone(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw asAnswer(error);
    });
    try {
      await client.query(
        `SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(${LOCKS.partitions})`,
      );
      await client.query(`SET lock_timeout = '${LOCK_WAIT}'`);
      await work(client);
    } catch (error) {
      throw asAnswer(error);
    } finally {
      // The session goes with its lock and its settings.
      client.release(true);
    }
  }
}

function ofMonth({ name, from, to }: ClickMonth): Partition {
  return {
    parent: 'clicks',
    name,
    within: `at >= ${from} AND at < ${to}`,
    bounds: `FOR VALUES FROM (${from}) TO (${to})`,
    startsAt: from,
  };
}

function ofDay(day: number): Partition {
  return {
    parent: 'visitors_seen',
    name: `visitors_seen_${day}`,
    within: `day = ${day}`,
    bounds: `FOR VALUES IN (${day})`,
    startsAt: day * DAY_MS,
  };
}

/** For rows that nobody writes yet: a constraint proves beforehand that there are none. */
async function makeEarly(client: PoolClient, partition: Partition): Promise<void> {
  const { parent, name, within } = partition;
  const rest = `${parent}_other`;
  const proof = `${name}_not_here`;
  await patiently(client, createLike(partition));
  await patiently(
    client,
    `ALTER TABLE ${rest} DROP CONSTRAINT IF EXISTS ${proof}, ADD CONSTRAINT ${proof} CHECK (NOT (${within})) NOT VALID`,
  );
  try {
    await patiently(client, `ALTER TABLE ${rest} VALIDATE CONSTRAINT ${proof}`);
    await patiently(client, attach(partition));
  } finally {
    await patiently(client, `ALTER TABLE ${rest} DROP CONSTRAINT IF EXISTS ${proof}`);
  }
}

/** For rows that come already: those there are moved while the default partition is locked, where they are not too many. */
async function makeLate(client: PoolClient, partition: Partition): Promise<void> {
  const { parent, name, within } = partition;
  const rest = `${parent}_other`;
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${rest} WHERE ${within} LIMIT ${MOVED_ROWS_MAX + 1}) AS rows`,
  );
  // Too many to move at a stretch are right where they are, and so are those to come.
  if ((rows[0]?.n ?? 0) > MOVED_ROWS_MAX) return;
  await patiently(client, createLike(partition));
  await patiently(
    client,
    `BEGIN; LOCK TABLE ${rest} IN ACCESS EXCLUSIVE MODE;
     WITH moved AS (DELETE FROM ${rest} WHERE ${within} RETURNING *) INSERT INTO ${name} SELECT * FROM moved;
     ${attach(partition)}; COMMIT`,
  );
}

const createLike = ({ parent, name }: Partition) => `CREATE TABLE IF NOT EXISTS ${name} (LIKE ${parent} INCLUDING ALL)`;
const attach = ({ parent, name, bounds }: Partition) => `ALTER TABLE ${parent} ATTACH PARTITION ${name} ${bounds}`;

/** Tables that PostgreSQL itself partitions; what something else (TimescaleDB) cuts up is left to that. */
async function partitionedTables(client: PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'p'`,
  );
  return new Set(rows.map(({ name }) => name));
}

async function isAttached(client: PoolClient, name: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass($1)) AS there',
    [name],
  );
  return rows[0]?.there === true;
}

/** Runs it again while a lock can't be had, so that those who queue behind it pass in between. */
async function patiently(client: PoolClient, sql: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query(sql);
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || tries >= TRIES_MAX) throw error;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }
}
