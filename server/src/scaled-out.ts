import type { ApiKeyQueries } from './accounts/api-key.ts';
import type { SessionQueries } from './accounts/session.ts';
import type { Backend, BackendDeps } from './backend.ts';
import type { Role, ScaledOutStorage } from './config/config.ts';
import { connectionBudget } from './config/connection-budget.ts';
import type { Clock } from './platform/clock.ts';
import type { ClickPipeline, EdgeState } from './roles/api/deps.ts';
import { openScaledApi, type ScaledApi } from './scaled-api.ts';
import { openScaledEdge, type ScaledEdge } from './scaled-edge.ts';
import { type OwnOutbox, ScaledPipeline } from './scaled-pipeline.ts';
import { openScaledWorker, type ScaledWorker } from './scaled-worker.ts';
import { GEO_ATTRIBUTION } from './storage/geo/attribution.ts';
import { openSignals } from './storage/open-signals.ts';

/**
 * Opens the scaled-out shape: the parts that this process's roles need, each with threads of its own. Neither back end need
 * be there: an edge serves what its replica has, an API answers `unavailable`, a worker waits.
 * Errors: throws when another process holds the data directory or a file of it can't be used.
 */
export async function openScaledOut(deps: BackendDeps & { storage: ScaledOutStorage }): Promise<Backend> {
  const { config, storage, logger, resources } = deps;
  const connections = connectionBudget(config.roles, storage.connectionsMax);
  const has = (role: Role) => config.roles.includes(role);
  const edge = has('edge') ? await openScaledEdge({ ...deps, connections }) : null;
  const worker = has('worker') ? await openScaledWorker({ ...deps, connections, events: config.events }) : null;
  const api = has('api') ? await openApi() : null;
  const own = edge && (() => ownOutbox(edge, deps.clickCounts.dropped, deps.now));
  const isRedisThere = () =>
    api?.isRedisThere() ?? worker?.status.redis ?? edge?.follower.status.signals.redis ?? false;
  const schema = () => api?.schema ?? worker?.schema ?? { from: 0, to: 0 };
  const failures = [edge?.failure, worker?.failure, api?.failure].filter((failure) => failure !== undefined);

  return {
    edge: edge?.edge ?? null,
    api,
    keys: api?.queries.keys ?? NO_KEYS,
    sessions: api?.queries.sessions ?? NO_SESSIONS,
    clicks: api ? new ScaledPipeline(api.settling, api.figures, own) : localPipeline(own, worker),
    state: {
      databaseAnswers: async () => (await api?.databaseAnswers()) ?? worker?.status.database ?? true,
      redis: () => (isRedisThere() ? 'ok' : 'away'),
      following: () => edge?.edge.following?.() ?? null,
      edges: async () => (api === null ? [] : edgesWithLags(api).catch(() => [])),
      databaseSizes: () => ({}),
    },
    installation: {
      get schemaVersion() {
        return schema().to;
      },
      geoSource: edge?.geoSource ?? null,
      geoAttribution: GEO_ATTRIBUTION,
      cache: () => ({ hits: deps.cacheCounts.hits, misses: deps.cacheCounts.misses }),
    },
    get schema() {
      return schema();
    },
    failure: Promise.race(failures),
  };

  async function openApi(): Promise<ScaledApi> {
    const signals = openSignals({
      redisUrl: storage.redisUrl,
      databaseUrl: storage.databaseUrl,
      name: 'waymark api',
      onError: (err) => logger.error({ err }, 'a signal could not be taken'),
    });
    resources.defer('signals', () => signals.close());
    return openScaledApi({ ...deps, connections, signals, sampleRate: config.events.sampleRate });
  }
}

async function edgesWithLags({ edges, replicaLags }: ScaledApi): Promise<EdgeState[]> {
  const [known, lags] = await Promise.all([edges.list(), replicaLags.list()]);
  const byId = new Map(lags.map((lag) => [lag.edgeId, lag]));
  return known.map((edge) => {
    const { changesBehind = null, lagSeconds = null } = byId.get(edge.edgeId) ?? {};
    return { ...edge, changesBehind, lagSeconds };
  });
}

/** Of a process without the api role: the bootstrap key and the local token are the only ones that it knows. */
const NO_KEYS: ApiKeyQueries = {
  list: async () => [],
  get: async () => null,
  findByHash: async () => null,
};

/** Of a process without the api role: no session is known. */
const NO_SESSIONS: SessionQueries = {
  list: async () => [],
  get: async () => null,
  findByHash: async () => null,
};

/** What an edge knows of its own clicks at first hand. */
function ownOutbox({ outbox, sealer }: ScaledEdge, dropped: number, now: Clock): OwnOutbox {
  const { edgeId, lastSeq, bytes, bytesLeft } = outbox;
  const { committedSeq, oldestAt, lastError } = sealer.status;
  const depth = Math.max(0, lastSeq - committedSeq);
  return {
    outbox: { edgeId, depth, dropped, bytes, bytesLeft },
    accepted: lastSeq,
    lagSeconds: depth > 0 && oldestAt !== null ? Math.max(0, now() - oldestAt) / 1000 : 0,
    lastError,
  };
}

/**
 * Where clicks stand, for a process without an API: of its own edge alone, or of its worker.
 * @NOTE An edge knows what the database accounts for, not how: all of it shows as committed.
 */
function localPipeline(own: (() => OwnOutbox) | null, worker: ScaledWorker | null): ClickPipeline {
  return {
    settle: async () => true,
    onCommitted: () => () => {},
    status() {
      const mine = own?.() ?? null;
      const accounted = mine === null ? 0 : mine.accepted - mine.outbox.depth;
      const known = { accounted, committed: accounted, discarded: 0, dead: 0 };
      return {
        outbox: mine?.outbox ?? null,
        lagSeconds: mine?.lagSeconds ?? (worker?.status.lagMs ?? 0) / 1000,
        lastError: mine?.lastError ?? worker?.status.lastError ?? null,
        edges: mine === null ? [] : [{ edgeId: mine.outbox.edgeId, accepted: mine.accepted, ...known }],
      };
    },
  };
}
