import type { IngestPort } from '../clicks/ingest.ts';
import { type Endpoint, RpcClient } from '../platform/thread-rpc.ts';
import type { FromSealer, SealerInit } from './messages.ts';
import { runSealer } from './run-sealer.ts';

declare const self: Endpoint;

/** Entry of the sealer thread of the embedded shape: batches go to the writer thread. */
self.onmessage = (event) => {
  const init = event.data as SealerInit;
  const ingest = new RpcClient(init.writer as unknown as Endpoint).service<IngestPort>('ingest');
  runSealer(self, init, { ingest, saltOf: (day) => ingest.salt(day), confirmations: null }).catch((error) =>
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies FromSealer),
  );
};
