import type { Endpoint } from '../platform/thread-rpc.ts';
import { openForReading } from '../storage/sqlite/database.ts';
import { makeLinkCopy } from '../storage/sqlite/link-copy-maker.ts';
import { giveWay } from './give-way.ts';
import type { FromLinkCopy, LinkCopyInit } from './messages.ts';

declare const self: Endpoint & { postMessage(message: unknown, transfer?: ArrayBuffer[]): void };

/** Lower priority than redirects on a full core, and still a share of it. */
const NICENESS = 19;
const CACHE_KIB = 4096;

/**
 * Entry of the thread that makes one packed copy of all links. What it maps goes over to the main thread; in return it
 * takes the former copy with it when it ends, since giving a gigabyte back takes the kernel milliseconds.
 */
self.onmessage = (event) => {
  self.onmessage = () => process.exit(); // Of this thread alone.
  make(event.data as LinkCopyInit).catch((error) => {
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies FromLinkCopy);
  });
};

async function make(init: LinkCopyInit): Promise<void> {
  giveWay(NICENESS);
  const { file, ...options } = init;
  const sqlite = openForReading(file, CACHE_KIB);
  try {
    const made = await makeLinkCopy(sqlite, options);
    self.postMessage({ made } satisfies FromLinkCopy, [made.buffer]);
  } finally {
    sqlite.close();
  }
}
