import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { LinkCopy } from '../storage/sqlite/link-copy.ts';
import { type MadeLinkCopy, ROOM_LEFT_BYTES } from '../storage/sqlite/link-copy-maker.ts';
import type { SqliteReplica } from '../storage/sqlite/sqlite-replica.ts';
import type { FromLinkCopy, LinkCopyInit, ToLinkCopy } from './messages.ts';

export const LINK_COPY_FILE = 'links.copy';

/** How often it is asked whether a copy is due, how long one is left alone, and how long it rests after a failure. */
const TIMES_MS = { check: 5000, rest: 60_000, retry: 5 * 60_000 };
/** Share of the links that may change or be made before the copy is made anew. */
const CHANGED_SHARE = 0.1;

export interface LinkCopyUpkeepDeps {
  /** The database. */
  file: string;
  dataDir: string;
  replica: SqliteReplica;
  /** Links that memory keeps: so many need no copy. */
  cacheSize: number;
  linkCount(): number;
  /** `copied`: links in the copy; /metrics reads it. */
  counts: { copied: number };
  logger: Pick<Logger, 'info' | 'warn'>;
  now: Clock;
  timesMs?: Partial<typeof TIMES_MS>;
  /** Default ROOM_LEFT_BYTES. */
  roomLeftBytes?: number;
}

/**
 * Has a packed copy of all links made where there are more than memory keeps, and made anew when too much of it has
 * changed. Look-ups go on meanwhile from the former copy, or from the database.
 * Errors: where a copy can't be made look-ups do without; that is logged the first time, and tried again later.
 */
export class LinkCopyUpkeep {
  private readonly path: string;
  private readonly timesMs: typeof TIMES_MS;
  private readonly timer: ReturnType<typeof setInterval>;
  private worker: Worker | null = null;
  private notBefore = Number.NEGATIVE_INFINITY;
  private troubled = false;

  constructor(private readonly deps: LinkCopyUpkeepDeps) {
    this.path = join(deps.dataDir, LINK_COPY_FILE);
    rmSync(this.path, { force: true }); // Of a process that died while it made one.
    this.timesMs = { ...TIMES_MS, ...deps.timesMs };
    this.timer = setInterval(() => this.check(), this.timesMs.check);
    this.check();
  }

  /** Ends the making of a copy that is under way. */
  stop(): void {
    clearInterval(this.timer);
    this.worker?.terminate();
    this.worker = null;
    rmSync(this.path, { force: true });
  }

  private check(): void {
    const { cacheSize, linkCount, replica, now } = this.deps;
    if (cacheSize === 0 || this.worker !== null || now() < this.notBefore) return;
    const { copies } = replica;
    if (copies.links > 0 && copies.changes <= copies.links * CHANGED_SHARE) return;
    const links = linkCount();
    if (links > cacheSize) this.begin(links);
  }

  private begin(links: number): void {
    const { replica, file, roomLeftBytes = ROOM_LEFT_BYTES, now } = this.deps;
    const startedAt = now();
    replica.copies.begin(links);
    const worker = new Worker(new URL('./link-copy-thread.ts', import.meta.url), { name: 'link copy', smol: true });
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      const message = data as FromLinkCopy;
      if ('made' in message) this.use(worker, message.made, startedAt);
      else if ('failed' in message) this.fail(worker, message.failed);
    };
    worker.onerror = (event) => this.fail(worker, event.message);
    worker.addEventListener('close', () => this.fail(worker, 'its thread ended'));
    const init: LinkCopyInit = { file, path: this.path, seed: replica.hashSeed, links, roomLeftBytes };
    worker.postMessage(init);
  }

  private use(worker: Worker, made: MadeLinkCopy, startedAt: number): void {
    if (this.worker !== worker) return;
    const { replica, counts, logger, now } = this.deps;
    const former = replica.useCopy(new LinkCopy(made.buffer, made))?.buffer ?? null;
    worker.postMessage({ former } satisfies ToLinkCopy, former ? [former] : []);
    counts.copied = made.links;
    this.rest(this.timesMs.rest);
    this.troubled = false;
    const seconds = (now() - startedAt) / 1000;
    logger.info(
      { links: made.links, bytes: made.buffer.byteLength, seconds },
      'look-ups read a packed copy of all links',
    );
  }

  private fail(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.deps.replica.copies.abandon();
    worker.terminate();
    this.rest(this.timesMs.retry);
    if (!this.troubled) this.deps.logger.warn({ reason }, 'no packed copy of the links can be made just now');
    this.troubled = true;
  }

  private rest(ms: number): void {
    this.worker = null;
    this.notBefore = this.deps.now() + ms;
  }
}
