import { Client } from 'pg';
import type { SignalListeners } from '../../platform/signal-listeners.ts';
import { parseSignal, signalTexts } from '../../platform/signal-text.ts';
import type { Signal, SignalOf, Signals } from '../../platform/signals.ts';

const CHANNEL = 'waymark';
const CONNECT_MS = 3000;
/** How often the server is asked whether it is still there, and how long any answer may take. */
const PING_MS = 5000;
const ANSWER_MS = 3000;
const BACKOFF_MS = { first: 100, most: 5000 };
/** Texts that wait to be sent; beyond that nothing more is taken. */
const WAITING_MAX = 1000;

export interface PostgresSignalsOptions {
  url: string;
  name: string;
  listeners: SignalListeners;
}

interface Waiting {
  text: string;
  taken(isTaken: boolean): void;
}

/**
 * Signals over LISTEN and NOTIFY, on one connection of its own that comes back by itself. What is sent while an earlier
 * message is under way goes together as the next.
 * @NOTE The connection must be to PostgreSQL itself: a pooler that shares connections among transactions loses LISTEN.
 */
export class PostgresSignals implements Signals {
  private client: Client | null = null;
  private isHearing = false;
  private closed = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private waiting: Waiting[] = [];
  private sending = false;
  private readonly listeners: SignalListeners;

  constructor(private readonly options: PostgresSignalsOptions) {
    this.listeners = options.listeners;
    void this.open();
  }

  get isUp(): boolean {
    return this.isHearing;
  }

  /** Whether PostgreSQL has taken it. Never rejects. */
  async deliver(signal: Signal): Promise<boolean> {
    const texts = signalTexts(signal);
    if (!this.isHearing || this.waiting.length + texts.length > WAITING_MAX) return false;
    const taken = texts.map((text) => new Promise<boolean>((resolve) => this.waiting.push({ text, taken: resolve })));
    void this.flush();
    return (await Promise.all(taken)).every(Boolean);
  }

  send(signal: Signal): void {
    void this.deliver(signal);
  }

  on<Kind extends Signal['kind']>(kind: Kind, listener: (signal: SignalOf<Kind>) => void): () => void {
    return this.listeners.on(kind, listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.lose();
  }

  private async open(): Promise<void> {
    const { url, name, listeners } = this.options;
    const client = new Client({
      connectionString: url,
      application_name: `${name} signals`,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    this.client = client;
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ channel, payload = '' }) => {
      const signal = channel === CHANNEL ? parseSignal(payload) : null;
      if (signal !== null) listeners.tell(signal);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch {
      this.lost(client);
      return;
    }
    if (this.client !== client) return;
    this.tries = 0;
    this.isHearing = true;
    this.timer = setTimeout(() => this.ping(client), PING_MS);
    listeners.tellAfterSilence();
  }

  private ping(client: Client): void {
    client.query('SELECT 1').then(
      () => {
        if (this.client === client) this.timer = setTimeout(() => this.ping(client), PING_MS);
      },
      () => this.lost(client),
    );
  }

  private async flush(): Promise<void> {
    const { client } = this;
    if (this.sending || client === null || this.waiting.length === 0) return;
    this.sending = true;
    const batch = this.waiting;
    this.waiting = [];
    let isTaken = true;
    try {
      await client.query('SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text', [
        CHANNEL,
        batch.map(({ text }) => text),
      ]);
    } catch {
      isTaken = false;
      this.lost(client);
    }
    for (const { taken } of batch) taken(isTaken);
    this.sending = false;
    void this.flush();
  }

  /** The connection is of no more use: opens another after a while. */
  private lost(client: Client): void {
    if (this.client !== client) return;
    this.lose();
    if (this.closed) return;
    const most = Math.min(BACKOFF_MS.first * 2 ** Math.min(this.tries++, 16), BACKOFF_MS.most);
    this.timer = setTimeout(() => void this.open(), most * (0.5 + Math.random() / 2));
  }

  private lose(): void {
    const { client } = this;
    this.client = null;
    this.isHearing = false;
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { taken } of this.waiting.splice(0)) taken(false);
    // One that hangs would answer to no polite end.
    (client as unknown as { connection: { stream: { destroy(): void } } } | null)?.connection.stream.destroy();
  }
}
