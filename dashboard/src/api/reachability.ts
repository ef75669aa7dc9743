import type { QueryClient } from '@tanstack/react-query';
import { ApiError } from '@waymark/contract/client';

/** While no answer comes, the server is asked again after this. */
const ASK_MS = 3000;

export interface ReachabilitySurroundings {
  /** Asks the server for something small. Errors: rejects where no answer came. */
  ask(): Promise<unknown>;
  /** Runs `act` once. */
  after(ms: number, act: () => void): void;
  /** The server answers again: whatever is shown may be old. */
  onBack(): void;
}

/** Whether answers come from the server, as its latest answer or the lack of one shows. Asks by itself until one comes. */
export class Reachability {
  private away = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly around: ReachabilitySurroundings) {}

  /** Bound, for useSyncExternalStore. */
  readonly isAway = (): boolean => this.away;

  readonly onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes note of an answer: null for a good one, or what went wrong. A refusal is an answer too. */
  heard(error: unknown): void {
    const isAway = error instanceof ApiError ? error.code === 'unreachable' : error === null ? false : this.away;
    if (isAway === this.away) return;
    this.away = isAway;
    for (const listener of this.listeners) listener();
    if (isAway) this.askLater();
    else this.around.onBack();
  }

  /** The browser itself says that the network is gone or back. */
  readonly look = async (): Promise<void> => {
    this.heard(
      await this.around.ask().then(
        () => null,
        (error: unknown) => error,
      ),
    );
  };

  private askLater(): void {
    this.around.after(ASK_MS, async () => {
      if (!this.away) return;
      await this.look();
      if (this.away) this.askLater();
    });
  }
}

/** Learns from every question that the page asks, and asks them all again when the server is back. */
export function watchReachability(queryClient: QueryClient, ask: () => Promise<unknown>): Reachability {
  const reachability = new Reachability({
    ask,
    after: (ms, act) => setTimeout(act, ms),
    onBack: () => void queryClient.invalidateQueries(),
  });
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated') return;
    if (event.action.type === 'failed' || event.action.type === 'error') reachability.heard(event.action.error);
    // Data that the page itself sets is no answer.
    if (event.action.type === 'success' && event.action.manual !== true) reachability.heard(null);
  });
  for (const name of ['offline', 'online']) window.addEventListener(name, () => void reachability.look());
  return reachability;
}
