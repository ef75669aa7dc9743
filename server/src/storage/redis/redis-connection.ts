import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { AppError } from '../../platform/app-error.ts';
import { parseRedisUrl, type RedisAddress } from '../../platform/redis-url.ts';

/** A server that does not answer a command for this long counts as hung. */
const COMMAND_MS = 300;
/** A connection on which nothing comes for this long while something is asked is given up, with all that waits on it. */
const SILENT_MS = 1000;
const CONNECT_MS = 2000;
const BACKOFF_MS = { first: 50, most: 2000 };
/** Ways from one node of a cluster to the next that a command follows, and how long it waits before each. */
const REDIRECTIONS_MAX = 3;
const REDIRECTION_MS = 50;

type Settings = Omit<RedisOptions, 'replyMapping'>;

export interface RedisOpening {
  url: string;
  /** Shown by CLIENT LIST. */
  name: string;
  /** Longest wait for an answer. Default 300. Units: ms. */
  commandMs?: number;
}

/**
 * A connection to Redis or Valkey: one server, the master of a Sentinel group, or a cluster. It comes back by itself.
 * Nothing waits for a server that is away: what is asked meanwhile fails at once, and within `commandMs` at one that hangs.
 */
export class RedisConnection {
  private readonly client: Redis | Cluster;
  /** Why it is away; null while it is there. */
  lastError: string | null = 'not connected yet';

  constructor({ url, name, commandMs = COMMAND_MS }: RedisOpening) {
    const address = parseRedisUrl(url);
    const options = clientOptions(address, name, commandMs);
    this.client =
      address.kind === 'cluster' ? openCluster(address, options) : new Redis({ ...options, ...place(address) });
    // Without a listener ioredis writes to the console.
    this.client.on('error', (error: Error) => {
      this.lastError = error.message;
    });
    this.client.on('close', () => {
      this.lastError ??= 'the connection was lost';
    });
    this.client.on('ready', () => {
      this.lastError = null;
    });
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /**
   * Sends one command; in a cluster to the node of its first key, and all its keys must be of one hash slot.
   * Errors: `unavailable`, with the reason as cause, whatever Redis says: nothing that is kept there is the only copy.
   */
  async send(command: Lowercase<string>, ...args: (string | number)[]): Promise<unknown> {
    try {
      return await this.client.call(command, ...args);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  /** Runs a script on keys of one hash slot. Atomic. Errors: as `send`. */
  script(lua: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    // The whole text each time: nothing is to be loaded again after a restart or a failover.
    return this.send('eval', lua, keys.length, ...keys, ...args);
  }

  /** Runs `work` each time the connection comes up, at once where it is. Returns how to stop that. */
  onReady(work: () => void): () => void {
    this.client.on('ready', work);
    if (this.isReady) work();
    return () => this.client.off('ready', work);
  }

  /** Whether it is up within that time. */
  ready(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), withinMs);
      const settle = (isUp: boolean) => {
        clearTimeout(timer);
        forget();
        resolve(isUp);
      };
      let forget = () => {};
      forget = this.onReady(() => queueMicrotask(() => settle(true)));
    });
  }

  close(): void {
    this.client.disconnect();
  }
}

/** `unavailable`, with what Redis or the network said as its cause. */
export function asUnavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new AppError('unavailable', `Redis is not available just now: ${words}`, {
    retryAfterSeconds: 5,
    cause: error,
  });
}

/** Doubles from try to try, with some chance in it, so that a server that comes back is not met by all at once. Units: ms. */
export function backoffMs(tries: number): number {
  const most = Math.min(BACKOFF_MS.first * 2 ** Math.min(tries - 1, 16), BACKOFF_MS.most);
  return Math.round(most * (0.5 + Math.random() / 2));
}

export function clientOptions({ tls, username, password, db }: RedisAddress, name: string, commandMs: number) {
  return {
    connectionName: name,
    // Shapes of answers are those of RESP2 on every server.
    protocol: 2,
    db,
    connectTimeout: CONNECT_MS,
    commandTimeout: commandMs,
    socketTimeout: Math.max(SILENT_MS, commandMs),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: backoffMs,
    // A master that has become a replica takes no writes any more: ask anew who is the master.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...(tls && { tls: {} }),
    ...(username !== null && { username }),
    ...(password !== null && { password }),
  } satisfies Settings;
}

/** Where a client that is no cluster's connects to. */
export function place({ kind, nodes, masterName, tls, sentinelUsername, sentinelPassword }: RedisAddress): Settings {
  if (kind !== 'sentinel') return nodes[0] ?? {};
  return {
    sentinels: nodes,
    name: masterName ?? '',
    failoverDetector: true,
    sentinelRetryStrategy: backoffMs,
    sentinelCommandTimeout: COMMAND_MS,
    enableTLSForSentinelMode: tls,
    ...(tls && { sentinelTLS: {} }),
    ...(sentinelUsername !== null && { sentinelUsername }),
    ...(sentinelPassword !== null && { sentinelPassword }),
  };
}

function openCluster({ nodes }: RedisAddress, options: ReturnType<typeof clientOptions>): Cluster {
  const { retryStrategy, enableOfflineQueue, db: _, ...redisOptions } = options;
  return new Cluster(nodes, {
    redisOptions,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    clusterNodeRetryStrategy: retryStrategy,
    maxRedirections: REDIRECTIONS_MAX,
    retryDelayOnFailover: REDIRECTION_MS,
    retryDelayOnClusterDown: REDIRECTION_MS,
    retryDelayOnTryAgain: REDIRECTION_MS,
    slotsRefreshTimeout: CONNECT_MS,
  });
}
