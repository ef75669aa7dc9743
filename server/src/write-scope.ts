import type { IdempotencyKey } from './platform/idempotency.ts';
import type { RpcClient } from './platform/thread-rpc.ts';
import type { Commands, WriteScope } from './roles/api/deps.ts';

/** One set of typed commands serves all requests without an idempotency key; one with a key gets its own. */
export function createWrite(client: RpcClient): (idempotency?: IdempotencyKey) => WriteScope {
  const commands = (context?: unknown): Commands => ({
    links: client.service('links', context),
    users: client.service('users', context),
    events: client.service('events', context),
    keys: client.service('keys', context),
    sessions: client.service('sessions', context),
    imports: client.service('imports', context),
    importJobs: client.service('importJobs', context),
  });
  const plain: WriteScope = { ...commands(), replayed: false };
  return (idempotency) => {
    if (!idempotency) return plain;
    const scope = { replayed: false };
    const context = { idempotency };
    Object.defineProperty(context, 'onReplay', {
      value: () => {
        scope.replayed = true;
      },
      enumerable: false, // Stays on this side: functions can't be sent to a thread.
    });
    return Object.assign(scope, commands(context));
  };
}
