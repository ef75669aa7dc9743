import type { Clock } from '../../../platform/clock.ts';
import { AnswerText } from './answer.ts';
import { Connection, type Lane } from './connection.ts';
import type { FastHandler } from './fast-request.ts';
import { FRONT_LIMITS, type FrontLimits } from './limits.ts';
import { HeldBytes } from './outbound.ts';
import { RequestHead } from './request-head.ts';

/** On stop, requests already on their way still reach connections that look idle. */
const STOP_LULL_MS = 100;

/** Connections beyond the limit that linger until their 503 is read; more than these are cut without a word. */
const REFUSALS_MAX = 1_024;

export interface FrontOptions {
  /** An address or name; '::' listens on IPv6 and IPv4. */
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly fast: FastHandler;
  /** The full server, which sees every byte that is not answered here. */
  readonly upstream: { readonly hostname: string; readonly port: number };
  readonly limits?: Partial<FrontLimits>;
  readonly now: Clock;
  /** Learns what `fast` threw; it must not throw itself. */
  readonly onError: (error: unknown) => void;
}

/** The listener that visitors reach: answers plain requests itself and tunnels all else to the full server. */
export interface Front {
  readonly port: number;
  /** Open client connections, tunnelled ones included. */
  readonly connections: number;
  /** Connections that are tunnels. */
  readonly tunnels: number;
  /** Bytes in memory for ends that are slow, bounded by `heldBytesMax`. */
  readonly heldBytes: number;
  /** The client's address behind a tunnel, by the remote port that the full server sees; null when it is none of ours. */
  addressOf(tunnelPort: number): string | null;
  /**
   * Stops accepting, answers what is under way with `Connection: close`, and resolves when all connections are gone,
   * cut after `graceMs` where they must be. Tunnels end when the full server ends them: stop it at the same time.
   */
  stop(graceMs: number): Promise<void>;
}

/** Starts to listen. Errors: throws (EADDRINUSE and the like) when the address can't be had. */
export function startFront(options: FrontOptions): Front {
  const { now, onError } = options;
  const limits = { ...FRONT_LIMITS, ...options.limits };
  const connections = new Set<Connection>();
  const lane: Lane = {
    fast: options.fast,
    upstream: options.upstream,
    limits,
    now,
    onError,
    head: new RequestHead(),
    answers: new AnswerText(now),
    held: new HeldBytes(limits.heldBytesMax),
    peers: new Map(),
    tick: now(),
    stopping: false,
  };
  let whenEmpty: (() => void) | null = null;

  const listener = Bun.listen<Connection>({
    hostname: options.hostname,
    port: options.port,
    // A client may close its sending side and still wait for its answer.
    allowHalfOpen: true,
    socket: {
      open(socket) {
        const connection = new Connection(socket, lane);
        socket.data = connection;
        socket.setNoDelay(true);
        connections.add(connection);
        if (connections.size > limits.connectionsMax + REFUSALS_MAX) connection.abort();
        else if (connections.size > limits.connectionsMax) connection.refuse();
      },
      data: (socket, bytes) => socket.data.received(bytes),
      drain: (socket) => socket.data.drained(),
      end: (socket) => socket.data.ended(),
      close(socket) {
        socket.data.closed();
        connections.delete(socket.data);
        if (connections.size === 0) whenEmpty?.();
      },
      error(socket, error) {
        onError(error);
        socket.data.abort();
      },
    },
  });

  const sweep = setInterval(() => {
    lane.tick = now();
    lane.answers.renewDate();
    for (const connection of connections) connection.sweep(lane.tick);
  }, limits.sweepMs);

  const stop = async (graceMs: number): Promise<void> => {
    lane.stopping = true;
    listener.stop(false);
    const gone = new Promise<void>((resolve) => {
      whenEmpty = resolve;
      if (connections.size === 0) resolve();
    });
    const lull = setTimeout(
      () => {
        for (const connection of connections) connection.closeIfIdle();
      },
      Math.min(STOP_LULL_MS, graceMs),
    );
    const grace = setTimeout(() => {
      for (const connection of connections) connection.abort();
    }, graceMs);
    await gone;
    clearTimeout(lull);
    clearTimeout(grace);
    clearInterval(sweep);
  };
  let stopped: Promise<void> | null = null;

  return {
    port: listener.port,
    get connections() {
      return connections.size;
    },
    get tunnels() {
      return lane.peers.size;
    },
    get heldBytes() {
      return lane.held.total;
    },
    addressOf: (tunnelPort) => lane.peers.get(tunnelPort) ?? null,
    stop: (graceMs) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}
