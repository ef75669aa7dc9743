import type { Endpoint } from '../platform/thread-rpc.ts';

/** A started thread. Its `onmessage` belongs to whoever holds it from here on. */
export interface Thread extends Endpoint {
  terminate(): void;
  onDeath(listener: (error: Error) => void): void;
}

/**
 * Starts a thread, hands it its first message, and waits until it says `ready`.
 * Errors: rejects with what the thread says in `failed`, or with what killed it.
 */
export async function startThread<Ready>(
  name: string,
  worker: Worker,
  init: unknown,
  transfer: MessagePort[] = [],
): Promise<{ thread: Thread; ready: Ready }> {
  const deaths: ((error: Error) => void)[] = [];
  const died = (error: Error) => {
    for (const listener of deaths) listener(error);
  };
  worker.onerror = (event) => died(new Error(`the ${name} thread failed: ${event.message}`));
  worker.addEventListener('close', () => died(new Error(`the ${name} thread ended`)));
  const ready = await new Promise<Ready>((resolve, reject) => {
    deaths.push(reject);
    worker.onmessage = (event) => {
      const message = event.data as { ready?: Ready; failed?: string };
      if (message.failed !== undefined) reject(new Error(message.failed));
      else if (message.ready !== undefined) resolve(message.ready);
    };
    worker.postMessage(init, transfer);
  });
  deaths.length = 0;
  const thread: Thread = {
    postMessage: (message) => worker.postMessage(message),
    get onmessage() {
      return worker.onmessage as Endpoint['onmessage'];
    },
    set onmessage(handler) {
      worker.onmessage = handler;
    },
    terminate: () => worker.terminate(),
    onDeath: (listener) => deaths.push(listener),
  };
  return { thread, ready };
}
