/**
 * Short words between processes.
 * `links_changed`: the change feed has grown. `applied`: an edge's replica is at that seq of the feed.
 * `settle_asked`: every edge is to say how far its outbox is, and to seal what it has; with `urgent` it answers with every
 * reach. `settle_answered`: it does.
 * `clicks_committed`: ingest has committed batches of these edges. `keys_changed`: what is cached of API keys and sessions is stale.
 */
export type Signal =
  | { kind: 'links_changed' }
  | { kind: 'applied'; edgeId: string; epoch: string; seq: number }
  | { kind: 'settle_asked'; ask: string; urgent?: true }
  | { kind: 'settle_answered'; ask: string; edgeId: string; acceptedSeq: number }
  | { kind: 'clicks_committed'; edgeIds: string[] }
  | { kind: 'keys_changed' };

export type SignalOf<Kind extends Signal['kind']> = Extract<Signal, { kind: Kind }>;

/** `quick`: one way, where it can be had. `every`: all ways there are, for those who are cut off from one of them. */
export type Reach = 'quick' | 'every';

/**
 * Words to every process that listens, this one too. They may get lost and may come twice: whoever waits for one has a
 * slower way that needs none. Whoever could not hear for a while is told `links_changed` and `keys_changed` when it can again.
 */
export interface Signals {
  /** Never throws and never waits. Default reach: quick. */
  send(signal: Signal, reach?: Reach): void;
  /** Returns how to stop listening. */
  on<Kind extends Signal['kind']>(kind: Kind, listener: (signal: SignalOf<Kind>) => void): () => void;
  close(): Promise<void>;
}
