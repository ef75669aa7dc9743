import { Redis } from 'ioredis';
import { parseRedisUrl } from '../../platform/redis-url.ts';
import { backoffMs, clientOptions, place } from './redis-connection.ts';

/** How often a server is asked whether it is still there, as nothing else is, and how long it may take. */
const PING_MS = 2000;
const ANSWER_MS = 1000;

export interface SubscriberOptions {
  url: string;
  name: string;
  channel: string;
  onMessage(text: string): void;
  /** Told each time it hears again, with what was said meanwhile lost. */
  onHearing(): void;
}

/**
 * Listens to one channel on a connection of its own, and comes back by itself. In a cluster it listens at one node, which
 * hears what is said at any; when that one is away, at another that the address names.
 */
export class RedisSubscriber {
  private client: Redis | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private closed = false;
  isHearing = false;

  constructor(private readonly options: SubscriberOptions) {
    this.open();
  }

  close(): void {
    this.closed = true;
    this.isHearing = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.client?.disconnect();
  }

  private open(): void {
    const { url, name, channel, onMessage } = this.options;
    const address = parseRedisUrl(url);
    const node = address.nodes[this.tries % address.nodes.length];
    const client = new Redis({
      ...clientOptions(address, name, ANSWER_MS),
      ...(address.kind === 'cluster' ? node : place(address)),
      autoResubscribe: false,
      retryStrategy: null,
    });
    this.client = client;
    let pings: ReturnType<typeof setInterval> | null = null;
    client.on('error', () => {}); // Whatever it is, the connection ends.
    client.on('message', (_, text: string) => onMessage(text));
    client.on('ready', async () => {
      try {
        await client.subscribe(channel);
      } catch {
        client.disconnect();
        return;
      }
      if (this.closed) return;
      this.tries = 0;
      this.isHearing = true;
      this.options.onHearing();
      pings = setInterval(() => client.ping().catch(() => client.disconnect()), PING_MS);
    });
    client.on('end', () => {
      if (pings !== null) clearInterval(pings);
      this.isHearing = false;
      if (this.closed) return;
      this.tries++;
      this.timer = setTimeout(() => this.open(), backoffMs(this.tries));
    });
  }
}
