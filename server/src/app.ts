import { join } from 'node:path';
import type { Backend, BackendDeps, EdgeBackend } from './backend.ts';
import { FillRate } from './clicks/fill-rate.ts';
import { invariant } from './clicks/invariant.ts';
import type { Config } from './config/config.ts';
import { defaultBaseUrl } from './config/load-config.ts';
import { openEmbedded } from './embedded.ts';
import { Access } from './http/access.ts';
import { type ClientAddress, createClientAddress } from './http/client-address.ts';
import { hashSecret } from './http/hash-secret.ts';
import { drawLocalSecret, leaveLocalToken } from './http/local-token.ts';
import { OwnSite } from './http/own-site.ts';
import { createRequestIds } from './http/request-id.ts';
import { SessionCookie } from './http/session-cookie.ts';
import { listen } from './listener.ts';
import { createOwnHosts, createServesApp, createServesLinks } from './own-hosts.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { MainLog } from './platform/logger.ts';
import { Metrics } from './platform/metrics.ts';
import { OpenResources } from './platform/shutdown.ts';
import { type Api, createApi, createServiceApi } from './roles/api/api.ts';
import type { OperationsDeps, PipelineStatus } from './roles/api/deps.ts';
import { firstSignInLink } from './roles/api/sign-in-link.ts';
import { ImportRunner } from './roles/api/v1/import-runner.ts';
import { createDashboard } from './roles/dashboard/dashboard.ts';
import { createEdge, type Edge } from './roles/edge/edge.ts';
import { openScaledOut } from './scaled-out.ts';

/** Where the dashboard's build leaves its files. */
const DASHBOARD_DIR = join(import.meta.dirname, '../../dashboard/dist');

/** A running Waymark. */
export interface App {
  readonly config: Config;
  /** Where it listens. */
  readonly port: number;
  readonly baseUrl: string;
  readonly schema: { from: number; to: number };
  /** As `firstSignInLink` of the API; null for a process without it. */
  firstSignInLink(): Promise<string | null>;
  /** Settles when the process should end by itself: asked for over the API, or because a thread died. */
  readonly ended: Promise<'requested' | Error>;
  /** Finishes what is under way and closes everything, in reverse order of opening. */
  stop(): Promise<void>;
}

/** Builds the program in plain order. `now` may be given by tests. Errors: throws what keeps it from starting. */
export async function createApp(config: Config, log: MainLog, now: Clock = systemClock): Promise<App> {
  const { logger } = log;
  const resources = new OpenResources(logger);
  try {
    return await build(config, log, now, resources);
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}

async function build(config: Config, log: MainLog, now: Clock, resources: OpenResources): Promise<App> {
  const { logger } = log;
  const metrics = new Metrics();
  const backend = await openBackend({
    config,
    logger,
    now,
    resources,
    clickCounts: metrics.clicks,
    cacheCounts: metrics.replicaCache,
  });
  const ended = Promise.withResolvers<'requested' | Error>();
  void backend.failure.then(ended.resolve);
  let stopping = false;
  let port = config.listen.port;

  const clientAddress = createClientAddress(config.access.trustedProxies);
  const edge = backend.edge && buildEdge(backend.edge, { config, metrics, clientAddress, now });
  const local = await drawLocalSecret();
  const { bootstrapApiKey } = config.secrets;
  const baseUrl = () => (config.site.baseUrlIsSet ? config.site.baseUrl : defaultBaseUrl(config.listen.host, port));
  const changes = backend.api?.write();
  const access = new Access(
    {
      keys: backend.keys,
      sessions: backend.sessions,
      keyUses: changes?.keys ?? NO_USES,
      sessionUses: changes?.sessions ?? NO_USES,
    },
    {
      bootstrapHash: bootstrapApiKey === null ? null : hashSecret(bootstrapApiKey),
      localHash: local.hash,
      classic: config.access.classicApi,
      site: new OwnSite({ ...config.site, baseUrl }),
      cookie: new SessionCookie(config.site.baseUrlIsSet && config.site.baseUrl.startsWith('https:')),
      now,
    },
  );
  backend.api?.onKeysChanged(() => access.forget());
  const shortBase = () => {
    const [host] = config.site.shortHosts;
    return host ? `${new URL(baseUrl()).protocol}//${host}` : baseUrl();
  };
  const deps: OperationsDeps = {
    config,
    installation: backend.installation,
    baseUrl,
    shortUrl: (code) => `${shortBase()}/${code}`,
    isOwnHost: createOwnHosts(config.site, () => port),
    clicks: backend.clicks,
    state: backend.state,
    access,
    metrics,
    logs: log.buffer,
    logger,
    now,
    requestId: createRequestIds(),
    shutDown: () => ended.resolve('requested'),
    isStopping: () => stopping,
  };
  connectMetrics(metrics, backend, now);
  const { api, begin } = buildApi(backend, deps, resources);

  port = listen({
    config,
    edge,
    api,
    clientAddress,
    servesApp: createServesApp(config.site),
    isStopping: () => stopping,
    now,
    logger,
    resources,
  });
  begin();
  const noToken = (err: unknown) => logger.warn({ err }, 'DATA_DIR/admin.token could not be written');
  resources.defer('local token', leaveLocalToken(config, port, local.token, noToken));

  return {
    config,
    port,
    baseUrl: baseUrl(),
    schema: backend.schema,
    firstSignInLink: async () => (backend.api === null ? null : firstSignInLink({ ...deps, ...backend.api })),
    ended: ended.promise,
    async stop() {
      stopping = true;
      await resources[Symbol.asyncDispose]();
    },
  };
}

function openBackend(deps: BackendDeps): Promise<Backend> {
  const { storage } = deps.config;
  return storage.kind === 'sqlite' ? openEmbedded(deps) : openScaledOut({ ...deps, storage });
}

/** Of a process that knows no more than the bootstrap key and the local token. */
const NO_USES = { touch: async () => {} };

interface EdgeParts {
  config: Config;
  metrics: Metrics;
  clientAddress: ClientAddress;
  now: Clock;
}

function buildEdge(
  { replica, unknown, outbox }: EdgeBackend,
  { config, metrics, clientAddress, now }: EdgeParts,
): Edge {
  return createEdge({
    replica,
    unknown,
    outbox,
    now,
    clientAddress,
    counters: metrics.redirects.outcome,
    clicks: metrics.clicks,
    version: config.release.version,
    observe: observeRedirects(metrics),
    servesLinks: createServesLinks(config.site),
  });
}

/** `begin` starts what works in the background, once the server listens. */
function buildApi(backend: Backend, deps: OperationsDeps, resources: OpenResources): { api: Api; begin: () => void } {
  if (backend.api === null) return { api: createServiceApi(deps), begin: () => {} };
  const { queries, write, rateLimiter } = backend.api;
  const importJobs = new ImportRunner({ queries, write, isOwnHost: deps.isOwnHost, logger: deps.logger });
  resources.defer('import jobs', () => importJobs.stop());
  const api = createApi({ ...deps, queries, write, rateLimiter, importJobs }, createDashboard(DASHBOARD_DIR));
  return { api, begin: () => importJobs.wake() };
}

/** Counts answers of the edge in plain numbers: a redirect pays some 100 ns for them. */
function observeRedirects(metrics: Metrics): (method: string, status: number, seconds: number) => void {
  const route = '/{code}';
  const durations = metrics.durations.route(route);
  const cells = new Map<string, { value: number }>();
  const found = metrics.requests.cell('GET', route, '302');
  return (method, status, seconds) => {
    durations.observe(seconds);
    if (method === 'GET' && status === 302) {
      found.value++;
      return;
    }
    const key = method + status;
    const cell = cells.get(key) ?? metrics.requests.cell(method, route, String(status));
    cells.set(key, cell);
    cell.value++;
  };
}

function connectMetrics(metrics: Metrics, { clicks, state, edge }: Backend, now: Clock): void {
  const fillRate = new FillRate();
  metrics.connect({
    clicks: () => invariant(clicks.status().edges),
    outbox: () => outboxFigures(clicks.status(), fillRate, now()),
    ingestLagSeconds: () => clicks.status().lagSeconds,
    sqliteBytes: () => state.databaseSizes(),
    following: () => edge?.following?.() ?? null,
  });
}

function outboxFigures({ outbox, lagSeconds }: PipelineStatus, fillRate: FillRate, at: number) {
  if (outbox === null) return null;
  const { depth, bytes, bytesLeft } = outbox;
  return { depth, oldestSeconds: lagSeconds, bytes, secondsToFull: fillRate.secondsToFull(at, bytes, bytesLeft) };
}
