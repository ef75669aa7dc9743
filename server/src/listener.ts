import { LIMITS } from '@waymark/contract';
import type { Server } from 'bun';
import type { Config } from './config/config.ts';
import { type ClientAddress, plainAddress } from './http/client-address.ts';
import { classicError } from './http/error-response.ts';
import { notFound } from './http/not-found.ts';
import { AppError } from './platform/app-error.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { OpenResources } from './platform/shutdown.ts';
import type { Api } from './roles/api/api.ts';
import { type LiveSocketData, liveSockets } from './roles/api/live-sockets.ts';
import { answerResponse, createAnswerHead, type Edge, type EdgeAnswer } from './roles/edge/edge.ts';
import { startFront } from './roles/edge/front/front.ts';

/** How long a stop lets connections to the full server learn that they end. */
const STOP_LULL_MS = 100;

export interface ListenerOptions {
  config: Config;
  /** Null where this process is no edge. */
  edge: Edge | null;
  api: Api;
  clientAddress: ClientAddress;
  /** Whether everything but links is served under a Host header. */
  servesApp(host: string): boolean;
  isStopping(): boolean;
  now: Clock;
  logger: Logger;
  resources: OpenResources;
}

/**
 * Starts to listen. An edge's front owns the port and passes what is no plain request for a link to the full server behind it;
 * a process that is no edge has the full server on the port itself.
 * Returns the port. Errors: throws (EADDRINUSE and the like) when the address can't be had.
 */
export function listen(options: ListenerOptions): number {
  return options.edge === null ? listenPlainly(options) : listenBehindFront(options, options.edge);
}

function listenPlainly(options: ListenerOptions): number {
  const { config, resources } = options;
  const full = serveFull(options, config.listen, plainAddress);
  resources.defer('listener', () => stopFull(full, config.shutdown.graceMs));
  return full.port ?? 0;
}

function listenBehindFront(options: ListenerOptions, edge: Edge): number {
  const { config, resources, now, logger } = options;
  const { version } = config.release;
  const head = createAnswerHead(version);
  const toFast = (answered: EdgeAnswer) => ({ head: head(answered), body: answered.body });
  let addressOf: (tunnelPort: number) => string | null = () => null;
  // Only the front may come this way: whoever else finds the port is not who it says.
  const full = serveFull(options, { host: '127.0.0.1', port: 0 }, (_, port) => addressOf(port));
  resources.defer('full server', () => full.stop(true));
  const front = startFront({
    hostname: config.listen.host,
    port: config.listen.port,
    fast: (request) => {
      const answered = edge(request);
      if (answered === null) return null;
      return answered instanceof Promise ? answered.then(toFast) : toFast(answered);
    },
    upstream: { hostname: '127.0.0.1', port: full.port ?? 0 },
    now,
    onError: (error) => logger.error({ err: error }, 'redirect failed'),
  });
  addressOf = (tunnelPort) => front.addressOf(tunnelPort);
  resources.defer('listener', async () => {
    const drained = front.stop(config.shutdown.graceMs);
    // What clients have sent by now is still answered, with word that it is the last.
    await Promise.race([drained, Bun.sleep(Math.min(STOP_LULL_MS, config.shutdown.graceMs))]);
    await Promise.all([drained, full.stop(false)]);
  });
  return front.port;
}

/** `peerOf`: the client's address behind a connection's remote address and port; null for one that is not to be served. */
function serveFull(
  options: ListenerOptions,
  at: { host: string; port: number },
  peerOf: (address: string, port: number) => string | null,
): Server<LiveSocketData> {
  const { config, edge, api, clientAddress, servesApp, isStopping, logger } = options;
  const { version } = config.release;
  // Whoever shortens a short link by hand is led on, whatever the host.
  const leadsOn = config.site.landing.kind === 'redirect';
  const answer = (request: Request, server: Server<LiveSocketData>): Response | Promise<Response> => {
    const remote = server.requestIP(request);
    const peer = remote === null ? null : peerOf(remote.address, remote.port);
    if (peer === null) return classicError(new AppError('forbidden', 'Not served here'));
    const { headers, method } = request;
    const { pathname, search } = pathOf(request.url);
    if (edge !== null) {
      const header = (name: string) => headers.get(name) ?? '';
      const answered = edge({ method, path: pathname, query: search, peer, header, headerText: header });
      if (answered instanceof Promise) return answered.then((found) => answerResponse(found, version));
      if (answered) return answerResponse(answered, version);
    }
    if (!servesApp(headers.get('host') ?? '') && !(leadsOn && pathname === '/')) return notFound(request);
    return api(request, {
      peer,
      address: clientAddress(peer, headers.get('x-forwarded-for') ?? ''),
      upgrade: (data) => server.upgrade(request, { data: data as LiveSocketData }),
    });
  };
  return Bun.serve<LiveSocketData>({
    hostname: at.host,
    port: at.port,
    development: false,
    idleTimeout: 75,
    maxRequestBodySize: LIMITS.uploadBytesMax + LIMITS.bodyBytesMax,
    websocket: liveSockets,
    fetch: (request, server) => (isStopping() ? lastAnswer(answer(request, server)) : answer(request, server)),
    error: (error) => {
      logger.error({ err: error }, 'request failed');
      return classicError(error);
    },
  });
}

/** Lets requests under way finish, and cuts what is left after the grace. */
async function stopFull(full: Server<LiveSocketData>, graceMs: number): Promise<void> {
  await Bun.sleep(Math.min(STOP_LULL_MS, graceMs));
  const cut = setTimeout(() => void full.stop(true), graceMs);
  await full.stop(false);
  clearTimeout(cut);
}

/** An answer after which the client is to send no more on its connection. */
async function lastAnswer(answered: Response | Promise<Response>): Promise<Response> {
  const response = await answered;
  if (response) response.headers.set('Connection', 'close');
  return response;
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
