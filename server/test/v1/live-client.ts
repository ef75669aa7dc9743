import type { LiveMessage } from '@waymark/contract/v1/live';

/** A WebSocket of the live feed, with what it has said so far. */
export interface LiveSocket extends Disposable {
  readonly messages: LiveMessage[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  say(message: unknown): void;
  /** The first message for which `is` holds, those that came before included. */
  next(is: (message: LiveMessage) => boolean): Promise<LiveMessage>;
  /** All clicks so far once there are `count` of them, skipped ones included. */
  clicks(count: number): Promise<{ ids: string[]; skipped: number; lastEventId: string }>;
}

const WAIT_MS = 15_000;

export function openLive(baseUrl: string, path: string, headers: Record<string, string> = {}): LiveSocket {
  const options = { headers } as unknown as string[]; // Bun takes an object here, which the DOM's type does not know.
  const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}/api${path}`, options);
  const messages: LiveMessage[] = [];
  const waiters = new Set<() => void>();
  const closed = Promise.withResolvers<number>();
  socket.onmessage = (event) => {
    messages.push(JSON.parse(String(event.data)) as LiveMessage);
    for (const waiter of waiters) waiter();
  };
  socket.onclose = (event) => closed.resolve(event.code);
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiters.delete(check);
        reject(
          new Error(`nothing like it came; ${messages.length} messages: ${JSON.stringify(messages).slice(0, 500)}`),
        );
      }, WAIT_MS);
      const check = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        waiters.delete(check);
        resolve(found);
      };
      waiters.add(check);
      check();
    });
  return {
    messages,
    closed: closed.promise,
    say(message) {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else socket.onopen = () => socket.send(text);
    },
    next: (is) => until(() => messages.find(is)),
    clicks: (count) =>
      until(() => {
        const told = messages.filter((message) => message.type === 'clicks');
        const ids = told.flatMap(({ events }) => events.map(({ id }) => id));
        const skipped = told.reduce((sum, message) => sum + message.skipped, 0);
        return ids.length + skipped >= count
          ? { ids, skipped, lastEventId: told.at(-1)?.lastEventId ?? '' }
          : undefined;
      }),
    [Symbol.dispose]: () => socket.close(),
  };
}
