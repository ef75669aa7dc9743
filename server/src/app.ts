import { LIMITS } from '@waymark/contract';
import type { Server } from 'bun';
import { FillRate } from './clicks/fill-rate.ts';
import { invariant } from './clicks/invariant.ts';
import type { Config } from './config/config.ts';
import { defaultBaseUrl } from './config/load-config.ts';
import { openEmbedded } from './embedded.ts';
import { Access, hashSecret } from './http/access.ts';
import { createClientAddress } from './http/client-address.ts';
import { classicError } from './http/error-response.ts';
import { drawLocalSecret, leaveLocalToken } from './http/local-token.ts';
import { createRequestIds } from './http/request-id.ts';
import { createOwnHosts, createServesApp, createServesLinks } from './own-hosts.ts';
import { AppError } from './platform/app-error.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { MainLog } from './platform/logger.ts';
import { Metrics } from './platform/metrics.ts';
import { OpenResources } from './platform/shutdown.ts';
import { createApi } from './roles/api/api.ts';
import type { ApiDeps, RequestInfo } from './roles/api/deps.ts';
import { type LiveSocketData, liveSockets } from './roles/api/live-sockets.ts';
import { ImportRunner } from './roles/api/v1/import-runner.ts';
import { answerResponse, createAnswerHead, createEdge, type Edge } from './roles/edge/edge.ts';
import { startFront } from './roles/edge/front/front.ts';

/** How long a stop lets connections to the full server learn that they end. */
const STOP_LULL_MS = 100;

/** A running Waymark. */
export interface App {
  readonly config: Config;
  /** Where it listens. */
  readonly port: number;
  readonly baseUrl: string;
  readonly schema: { from: number; to: number };
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
  const embedded = await openEmbedded({
    config,
    logger,
    now,
    resources,
    clickCounts: metrics.clicks,
    cacheCounts: metrics.replicaCache,
  });
  const { queries, write, replica, outbox, clicks } = embedded;
  const ended = Promise.withResolvers<'requested' | Error>();
  void embedded.failure.then(ended.resolve);
  let stopping = false;
  let port = config.listen.port;

  const clientAddress = createClientAddress(config.access.trustedProxies);
  const requestId = createRequestIds();
  const version = config.release.version;
  const edge = createEdge({
    replica,
    outbox,
    now,
    clientAddress,
    counters: metrics.redirects.outcome,
    clicks: metrics.clicks,
    version,
    observe: observeRedirects(metrics),
    servesLinks: createServesLinks(config.site),
  });

  const { bootstrapApiKey } = config.secrets;
  const local = await drawLocalSecret();
  const access = new Access(queries.keys, write().keys, {
    bootstrapHash: bootstrapApiKey === null ? null : hashSecret(bootstrapApiKey),
    localHash: local.hash,
    classic: config.access.classicApi,
    now,
  });
  const baseUrl = () => (config.site.baseUrlIsSet ? config.site.baseUrl : defaultBaseUrl(config.listen.host, port));
  const shortBase = () => {
    const [host] = config.site.shortHosts;
    return host ? `${new URL(baseUrl()).protocol}//${host}` : baseUrl();
  };
  const isOwnHost = createOwnHosts(config.site, () => port);
  const importRunner = new ImportRunner({ queries, write, isOwnHost, logger });
  resources.defer('import jobs', () => importRunner.stop());
  const deps: ApiDeps = {
    config,
    installation: embedded.installation,
    importJobs: importRunner,
    baseUrl,
    shortUrl: (code) => `${shortBase()}/${code}`,
    isOwnHost,
    queries,
    write,
    clicks,
    access,
    metrics,
    logs: log.buffer,
    logger,
    now,
    requestId,
    shutDown: () => ended.resolve('requested'),
    isStopping: () => stopping,
    databaseSizes: () => embedded.database.sizes(),
  };
  const api = createApi(deps);
  const servesApp = createServesApp(config.site);
  const fillRate = new FillRate();
  metrics.connect({
    clicks: () => invariant(clicks.status()),
    outbox: () => outboxFigures(clicks.status(), fillRate, now()),
    ingestLagSeconds: () => clicks.status().lagSeconds,
    sqliteBytes: () => embedded.database.sizes(),
  });

  let addressOf: (tunnelPort: number) => string | null = () => null;
  const full = Bun.serve<LiveSocketData>({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    idleTimeout: 75,
    maxRequestBodySize: LIMITS.uploadBytesMax + LIMITS.bodyBytesMax,
    websocket: liveSockets,
    fetch: (request, server) => (stopping ? lastAnswer(answer(request, server)) : answer(request, server)),
    error: (error) => {
      logger.error({ err: error }, 'request failed');
      return classicError(error);
    },
  });
  resources.defer('full server', () => full.stop(true));

  function answer(request: Request, server: Server<LiveSocketData>): Response | Promise<Response> {
    const remote = server.requestIP(request);
    const peer = remote === null ? null : addressOf(remote.port);
    // Only the front may come this way: whoever else finds the port is not who it says.
    if (peer === null) return classicError(new AppError('forbidden', 'Not served here'));
    const { pathname, search } = pathOf(request.url);
    const { headers, method } = request;
    const header = (name: string) => headers.get(name) ?? '';
    const answered = edge({ method, path: pathname, query: search, peer, header, headerText: header });
    if (answered) return answerResponse(answered, version);
    if (!servesApp(headers.get('host') ?? '')) return classicError(new AppError('not_found', 'Not found'));
    const info: RequestInfo = {
      peer,
      address: clientAddress(peer, headers.get('x-forwarded-for') ?? ''),
      upgrade: (data) => server.upgrade(request, { data: data as LiveSocketData }),
    };
    return api(request, info);
  }

  const front = startFront({
    hostname: config.listen.host,
    port: config.listen.port,
    fast: fastLane(edge, version),
    upstream: { hostname: '127.0.0.1', port: full.port ?? 0 },
    now,
    onError: (error) => logger.error({ err: error }, 'redirect failed'),
  });
  port = front.port;
  addressOf = (tunnelPort) => front.addressOf(tunnelPort);
  importRunner.wake();
  resources.defer('listener', async () => {
    const drained = front.stop(config.shutdown.graceMs);
    // What clients have sent by now is still answered, with word that it is the last.
    await Promise.race([drained, Bun.sleep(Math.min(STOP_LULL_MS, config.shutdown.graceMs))]);
    await Promise.all([drained, full.stop(false)]);
  });
  const noToken = (err: unknown) => logger.warn({ err }, 'DATA_DIR/admin.token could not be written');
  resources.defer('local token', leaveLocalToken(config, port, local.token, noToken));

  return {
    config,
    port,
    baseUrl: baseUrl(),
    schema: embedded.schema,
    ended: ended.promise,
    async stop() {
      stopping = true;
      await resources[Symbol.asyncDispose]();
    },
  };
}

/** An answer after which the client is to send no more on its connection. */
async function lastAnswer(answered: Response | Promise<Response>): Promise<Response> {
  const response = await answered;
  if (response) response.headers.set('Connection', 'close');
  return response;
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

/** The edge's answers as text for the front. */
function fastLane(edge: Edge, version: string): Parameters<typeof startFront>[0]['fast'] {
  const head = createAnswerHead(version);
  return (request) => {
    const answered = edge(request);
    return answered === null ? null : { head: head(answered), body: answered.body };
  };
}

/** Path and query of an absolute URL, as they came: a parsed URL would have mended them. */
function pathOf(url: string): { pathname: string; search: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  if (start === -1) return { pathname: '/', search: '' };
  const query = url.indexOf('?', start);
  return query === -1
    ? { pathname: url.slice(start), search: '' }
    : { pathname: url.slice(start, query), search: url.slice(query + 1) };
}

type Status = ReturnType<ApiDeps['clicks']['status']>;

function outboxFigures(status: Status, fillRate: FillRate, at: number) {
  return {
    depth: status.accepted - status.committedSeq,
    oldestSeconds: status.lagSeconds,
    bytes: status.outboxBytes,
    secondsToFull: fillRate.secondsToFull(at, status.outboxBytes, status.outboxBytesLeft),
  };
}
