import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLog } from '../src/platform/logger.ts';
import { type Exit, TEST_API_KEY, type TestAppOptions } from './start-app.ts';
import { testShape } from './test-shape.ts';

/** A Waymark on this test's own main thread: as real as one in its own process, and its coverage counts. */
export interface AppHere extends AsyncDisposable {
  readonly dataDir: string;
  readonly port: number;
  readonly baseUrl: string;
  /** Lines of its log so far. */
  readonly log: readonly string[];
  /** Asks its database, whichever that is. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Stops it in order; settles as a process that ended well. */
  stop(): Promise<Exit>;
}

export async function startAppHere({ dataDir, env = {} }: TestAppOptions = {}): Promise<AppHere> {
  const dir = dataDir ?? mkdtempSync(join(tmpdir(), 'waymark-app-'));
  const shape = await testShape(dir);
  const config = loadConfig({ PORT: '0', BOOTSTRAP_API_KEY: TEST_API_KEY, ...shape.env, ...env, DATA_DIR: dir });
  const lines: string[] = [];
  const log = createLog({
    level: config.log.level,
    format: 'json',
    output: { write: (text) => void lines.push(...text.trimEnd().split('\n')), flush: () => {} },
  });
  const app: App = await createApp(config, log);
  let stopped: Promise<Exit> | null = null;
  const stop = () => {
    stopped ??= app.stop().then(() => ({ code: 0, signal: null }));
    return stopped;
  };
  void app.ended.then(stop);
  return {
    dataDir: dir,
    port: app.port,
    baseUrl: `http://127.0.0.1:${app.port}`,
    log: lines,
    rows: (sql) => shape.rows(sql),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await shape[Symbol.asyncDispose]();
      if (dataDir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}
