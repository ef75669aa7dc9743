import { type Clock, systemClock } from './clock.ts';
import type { Logger } from './logger.ts';

/** What a shell reports for a process that Ctrl-C ended. */
const INTERRUPTED = 130;

type StopSignal = 'SIGTERM' | 'SIGINT';

/** What this module needs of `process`. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

/** @NOTE One Ctrl-C comes several times: from the terminal to the whole process group, and again from npm and `npm start`. */
const SAME_SIGNAL_MS = 500;

/** Runs `stop` on the first SIGTERM or SIGINT; a second one, half a second later or more, ends the process at once with 130. */
export function onSignals(
  stop: (signal: StopSignal) => void,
  source: SignalSource = process,
  clock: Clock = systemClock,
): Disposable {
  let firstAt: number | null = null;
  const listen = (signal: StopSignal) => () => {
    const now = clock();
    if (firstAt === null) {
      firstAt = now;
      stop(signal);
    } else if (now - firstAt >= SAME_SIGNAL_MS) source.exit(INTERRUPTED);
  };
  const listeners = { SIGTERM: listen('SIGTERM'), SIGINT: listen('SIGINT') };
  source.on('SIGTERM', listeners.SIGTERM);
  source.on('SIGINT', listeners.SIGINT);
  return {
    [Symbol.dispose]() {
      source.off('SIGTERM', listeners.SIGTERM);
      source.off('SIGINT', listeners.SIGINT);
    },
  };
}

/** What is open, closed in reverse order of opening. One that fails is logged and keeps no other from closing. */
export class OpenResources implements AsyncDisposable {
  private readonly opened: { name: string; resource: AsyncDisposable | Disposable }[] = [];

  constructor(private readonly log: Pick<Logger, 'error' | 'debug'>) {}

  /** Takes charge of a resource and hands it back. */
  use<T extends AsyncDisposable | Disposable>(name: string, resource: T): T {
    this.opened.push({ name, resource });
    return resource;
  }

  /** Takes charge of something that is closed by a call. */
  defer(name: string, close: () => void | Promise<void>): void {
    this.use(name, { [Symbol.asyncDispose]: async () => close() });
  }

  /** Closes everything; again does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let last = this.opened.pop(); last !== undefined; last = this.opened.pop()) {
      const { name, resource } = last;
      try {
        if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
        else resource[Symbol.dispose]();
        this.log.debug({ resource: name }, 'closed');
      } catch (err) {
        this.log.error({ err, resource: name }, 'could not be closed');
      }
    }
  }
}
