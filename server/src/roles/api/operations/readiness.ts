import type { Role } from '../../../config/config.ts';
import { invalidField } from '../../../platform/app-error.ts';
import type { FollowingFigures } from '../../../platform/metrics.ts';
import type { PipelineStatus } from '../deps.ts';

/** Clicks are in the database within a second or so; from here on somebody should look. */
const LAG_SECONDS_MAX = 30;
/** Changes are applied within a second. */
const REPLICA_LAG_SECONDS_MAX = 5;
/** Room for a segment of the outbox, a batch and the database's log, with something to spare. */
const DISK_BYTES_MIN = 256 * 1024 * 1024;
/** Below this the outbox makes no new segment. */
const OUTBOX_BYTES_MIN = 16 * 1024 * 1024;

export interface ReadyFacts {
  stopping: boolean;
  /** Null where it can't be asked. */
  pipeline: Pick<PipelineStatus, 'outbox' | 'lagSeconds' | 'lastError'> | null;
  databaseAnswers: boolean;
  redis: 'off' | 'ok' | 'away';
  /** Null where this process follows no change feed. */
  following: Pick<FollowingFigures, 'isWhole' | 'lagSeconds' | 'inTouch'> | null;
  /** Null where the system does not tell. */
  diskBytesFree: number | null;
}

/** What a check found. Only `database: away`, `replica: empty` and `stopping` make a role not ready; all others are degraded states. */
export interface ReadyChecks {
  process: 'ok' | 'stopping';
  /** `none`: this process is no edge. */
  outbox: 'ok' | 'full' | 'unknown' | 'none';
  ingest: 'ok' | 'lagging' | 'failing';
  disk: 'ok' | 'low' | 'unknown';
  /** Absent where links are read from the database itself. `loading`: the first snapshot is not whole yet. */
  replica?: 'ok' | 'loading' | 'lagging' | 'away' | 'empty';
  /** Absent where there is none. */
  redis?: 'ok' | 'away';
  /** Asked for roles that can do nothing without it. */
  database?: 'ok' | 'away';
}

/** Whether a role can take requests, and what is not as it should be. An edge is ready while it can answer known links. */
export function readiness(role: Role, facts: ReadyFacts): { status: 'ready' | 'not_ready'; checks: ReadyChecks } {
  const { stopping, pipeline, databaseAnswers, diskBytesFree, redis, following } = facts;
  const checks: ReadyChecks = {
    process: stopping ? 'stopping' : 'ok',
    outbox: outboxCheck(pipeline),
    ingest: ingestCheck(pipeline),
    disk: diskBytesFree === null ? 'unknown' : diskBytesFree < DISK_BYTES_MIN ? 'low' : 'ok',
  };
  if (redis !== 'off') checks.redis = redis;
  if (role === 'edge' && following !== null) checks.replica = replicaCheck(following);
  if (role !== 'edge') checks.database = databaseAnswers ? 'ok' : 'away';
  const ready = checks.process === 'ok' && checks.database !== 'away' && checks.replica !== 'empty';
  return { status: ready ? 'ready' : 'not_ready', checks };
}

/** Without a snapshot and without the database an edge can answer no link at all. */
function replicaCheck({
  isWhole,
  lagSeconds,
  inTouch,
}: NonNullable<ReadyFacts['following']>): NonNullable<ReadyChecks['replica']> {
  if (!isWhole) return inTouch ? 'loading' : 'empty';
  if (!inTouch) return 'away';
  return lagSeconds === null || lagSeconds > REPLICA_LAG_SECONDS_MAX ? 'lagging' : 'ok';
}

function outboxCheck(pipeline: ReadyFacts['pipeline']): ReadyChecks['outbox'] {
  if (pipeline === null) return 'unknown';
  if (pipeline.outbox === null) return 'none';
  return pipeline.outbox.bytesLeft < OUTBOX_BYTES_MIN ? 'full' : 'ok';
}

function ingestCheck(pipeline: ReadyFacts['pipeline']): ReadyChecks['ingest'] {
  if (pipeline === null || pipeline.lastError !== null) return 'failing';
  return pipeline.lagSeconds > LAG_SECONDS_MAX ? 'lagging' : 'ok';
}

/** The role that is asked about; without one the edge's answer counts where this process is an edge. */
export function readReadyRole(given: string | undefined, roles: readonly Role[]): Role {
  if (given === undefined) return roles.includes('edge') ? 'edge' : (roles[0] ?? 'edge');
  const role = roles.find((name) => name === given);
  if (role === undefined) throw invalidField('role', `must be one of ${roles.join(', ')}`);
  return role;
}
