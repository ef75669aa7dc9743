import type { Signal, SignalOf } from './signals.ts';

type Listener = (signal: Signal) => void;

/** Who listens to signals in this process. */
export class SignalListeners {
  private readonly byKind = new Map<Signal['kind'], Set<Listener>>();

  /** `onError` is told what a listener throws: the others hear the signal all the same. */
  constructor(private readonly onError: (error: unknown) => void) {}

  on<Kind extends Signal['kind']>(kind: Kind, listener: (signal: SignalOf<Kind>) => void): () => void {
    const listeners = this.byKind.get(kind) ?? new Set();
    this.byKind.set(kind, listeners);
    // An entry of its own, so that one function may listen twice. Only signals of its kind get to it.
    const entry: Listener = (signal) => listener(signal as SignalOf<Kind>);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  tell(signal: Signal): void {
    for (const listener of this.byKind.get(signal.kind) ?? []) {
      try {
        listener(signal);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  /** What may have been said while nothing was heard: words that mean "look again" do no harm when there is nothing to see. */
  tellAfterSilence(): void {
    this.tell({ kind: 'links_changed' });
    this.tell({ kind: 'keys_changed' });
  }

  clear(): void {
    this.byKind.clear();
  }
}
