import { SignalListeners } from '../platform/signal-listeners.ts';
import type { Reach, Signal, SignalOf, Signals } from '../platform/signals.ts';
import { PostgresSignals } from './postgres/postgres-signals.ts';
import { RedisSignals } from './redis/redis-signals.ts';

export interface SignalsOpening {
  redisUrl: string;
  databaseUrl: string;
  /** Shown by both servers. */
  name: string;
  /** Told what a listener throws. */
  onError(error: unknown): void;
}

/** Signals over Redis, and over PostgreSQL where Redis is away; heard on both. */
export function openSignals({ redisUrl, databaseUrl, name, onError }: SignalsOpening): JoinedSignals {
  const listeners = new SignalListeners(onError);
  return new JoinedSignals(
    new RedisSignals({ url: redisUrl, name, listeners }),
    new PostgresSignals({ url: databaseUrl, name, listeners }),
    listeners,
  );
}

/** Two ways as one. Both ways tell the same listeners. */
export class JoinedSignals implements Signals {
  constructor(
    private readonly redis: RedisSignals,
    private readonly postgres: PostgresSignals,
    private readonly listeners: SignalListeners,
  ) {}

  /** Which ways are open both to speak and to listen. */
  get ways(): { redis: boolean; postgres: boolean } {
    return { redis: this.redis.isUp, postgres: this.postgres.isUp };
  }

  send(signal: Signal, reach: Reach = 'quick'): void {
    if (reach === 'every') this.postgres.send(signal);
    void this.redis.deliver(signal).then((isTaken) => {
      if (!isTaken && reach === 'quick') this.postgres.send(signal);
    });
  }

  on<Kind extends Signal['kind']>(kind: Kind, listener: (signal: SignalOf<Kind>) => void): () => void {
    return this.listeners.on(kind, listener);
  }

  async close(): Promise<void> {
    this.listeners.clear();
    await Promise.all([this.redis.close(), this.postgres.close()]);
  }
}
