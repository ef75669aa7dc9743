import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RawClick } from '../../src/clicks/click.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { LogArguments, Logger } from '../../src/platform/logger.ts';
import { OpenResources } from '../../src/platform/shutdown.ts';
import { openScaledEdge, type ScaledEdge } from '../../src/scaled-edge.ts';

export interface TestEdge extends ScaledEdge, AsyncDisposable {
  dataDir: string;
  /** Messages of warnings and errors. */
  warned: string[];
  startedInMs: number;
  click(linkId: number): void;
}

export interface TestEdgeOptions {
  databaseUrl: string;
  redisUrl: string;
  /** Default: a temporary directory that goes with the edge. */
  dataDir?: string;
  env?: Record<string, string>;
}

/** An edge's files and threads without its listener, in this process. */
export async function openTestEdge({ databaseUrl, redisUrl, dataDir, env }: TestEdgeOptions): Promise<TestEdge> {
  const dir = dataDir ?? mkdtempSync(join(tmpdir(), 'waymark-edge-'));
  const config = loadConfig({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, ROLES: 'edge', DATA_DIR: dir, ...env });
  const { storage } = config;
  if (storage.kind !== 'postgres') throw new Error('this configuration is not scaled out');
  const warned: string[] = [];
  const logger = quietLogger((...words) => warned.push(String(words.at(-1))));
  const resources = new OpenResources(logger);
  const started = performance.now();
  const edge = await openScaledEdge({
    config,
    storage,
    connections: { follower: 2, delivery: 2 },
    logger,
    now: Date.now,
    resources,
    clickCounts: { dropped: 0 },
    cacheCounts: { hits: 0, misses: 0 },
  });
  return {
    ...edge,
    dataDir: dir,
    warned,
    startedInMs: performance.now() - started,
    click: (linkId) => {
      if (!edge.outbox.append(clickOf(linkId))) throw new Error('the outbox is full');
    },
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      if (dataDir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A click of a link, now. */
export function clickOf(linkId: number): RawClick {
  return {
    at: Date.now(),
    linkId,
    urlVersion: 1,
    domainId: 1,
    address: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    referrer: '',
    acceptLanguage: '',
    purpose: '',
    query: '',
  };
}

function quietLogger(loud: (...words: LogArguments) => void): Logger {
  const silent = () => {};
  const logger: Logger = {
    trace: silent,
    debug: silent,
    info: silent,
    warn: loud,
    error: loud,
    fatal: loud,
    child: () => logger,
  };
  return logger;
}
