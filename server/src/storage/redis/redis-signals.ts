import type { SignalListeners } from '../../platform/signal-listeners.ts';
import { parseSignal, signalTexts } from '../../platform/signal-text.ts';
import type { Signal, SignalOf, Signals } from '../../platform/signals.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisSubscriber } from './redis-subscriber.ts';

const CHANNEL = 'wm:signals';

export interface RedisSignalsOptions {
  url: string;
  name: string;
  listeners: SignalListeners;
  /** Tests that share a server have one of their own. */
  channel?: string;
}

/** Signals over Redis: one channel, in a cluster too. Two connections: one speaks, one listens. */
export class RedisSignals implements Signals {
  private readonly speaker: RedisConnection;
  private readonly subscriber: RedisSubscriber;
  private readonly listeners: SignalListeners;
  private readonly channel: string;

  constructor({ url, name, listeners, channel = CHANNEL }: RedisSignalsOptions) {
    this.listeners = listeners;
    this.channel = channel;
    this.speaker = new RedisConnection({ url, name: `${name} signals` });
    this.subscriber = new RedisSubscriber({
      url,
      name: `${name} listener`,
      channel,
      onMessage: (text) => {
        const signal = parseSignal(text);
        if (signal !== null) listeners.tell(signal);
      },
      onHearing: () => listeners.tellAfterSilence(),
    });
  }

  /** Both ends are up. */
  get isUp(): boolean {
    return this.speaker.isReady && this.subscriber.isHearing;
  }

  /** Whether Redis has taken it. Never rejects. */
  async deliver(signal: Signal): Promise<boolean> {
    if (!this.speaker.isReady) return false;
    try {
      await Promise.all(signalTexts(signal).map((text) => this.speaker.send('publish', this.channel, text)));
      return true;
    } catch {
      return false;
    }
  }

  send(signal: Signal): void {
    void this.deliver(signal);
  }

  on<Kind extends Signal['kind']>(kind: Kind, listener: (signal: SignalOf<Kind>) => void): () => void {
    return this.listeners.on(kind, listener);
  }

  async close(): Promise<void> {
    this.subscriber.close();
    this.speaker.close();
  }
}
