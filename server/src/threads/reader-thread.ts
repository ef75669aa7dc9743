import { systemClock } from '../platform/clock.ts';
import { type Endpoint, serveCalls } from '../platform/thread-rpc.ts';
import { kysely, openForReading } from '../storage/sqlite/database.ts';
import { createReadServices } from '../storage/sqlite/read-services.ts';
import { giveWay } from './give-way.ts';
import type { ReaderInit } from './messages.ts';

declare const self: Endpoint;

/** Redirects come first on a full core, and what is written after what is asked. */
const NICENESS = 5;

/** Entry of a reader thread: API queries over a read-only connection. */
self.onmessage = (event) => {
  try {
    giveWay(NICENESS);
    const { file, cacheKib, sampleRate } = event.data as ReaderInit;
    const sqlite = openForReading(file, cacheKib);
    serveCalls(self, createReadServices({ sqlite, db: kysely(sqlite), now: systemClock }, { sampleRate }));
    self.postMessage({ ready: {} });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
};
