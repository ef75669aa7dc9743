import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { NginxServer } from '../../../src/commands/cluster/nginx-server.ts';
import { nginxBefore } from '../../nginx/pools.ts';
import { startTestApp, type TestApp } from '../../start-app.ts';
import { audit } from '../audit.ts';
import { removeDataDir, SHARES, seededDataDir } from '../data-dir.ts';
import { settled } from '../settled.ts';
import { sum } from '../visit.ts';
import { expectWithinBounds, retriesByCode } from './bounds.ts';
import { Load } from './load.ts';

/** Longer than nginx leaves a server alone that has failed. */
const RECOVERED_MS = 2500;

/** Two servers that know the same links, each on a database of its own. */
describe('two servers behind nginx under load', () => {
  let dirs: string[];
  let apps: TestApp[];
  let nginx: NginxServer;
  let load: Load;
  beforeEach(async () => {
    dirs = [seededDataDir(), seededDataDir()];
    apps = await Promise.all(dirs.map((dataDir) => startTestApp({ dataDir })));
    nginx = await nginxBefore(apps, apps);
    load = new Load({ shares: SHARES, perSecond: 1000 });
    load.visit(nginx.port);
  });
  afterEach(async () => {
    await load.leave();
    await nginx[Symbol.asyncDispose]();
    for (const app of apps) await app.kill();
    for (const dir of dirs) removeDataDir(dir);
  });

  /** Starts one again where it was. */
  async function comeBack(at: number): Promise<void> {
    const [dataDir, app] = [dirs[at], apps[at]];
    if (!dataDir || !app) throw new Error(`no server ${at}`);
    apps[at] = await startTestApp({ dataDir, env: { PORT: String(app.port) } });
  }

  /** Every visit got its redirect, and the clicks of both are within bounds. */
  async function expectNothingLost(): Promise<void> {
    await load.leave();
    expect([...load.failures]).toEqual([]);
    for (const app of apps) {
      await settled(app);
      await app.stop();
    }
    const clicks = sum(...dirs.map((dir) => audit(dir).clicks));
    expectWithinBounds(clicks, load.tallies, retriesByCode(nginx));
    expect(load.total.redirected).toBeGreaterThan(1000);
  }

  test('restarted in turn, with a reload between, they leave no visit unanswered', async () => {
    for (const at of [0, 1]) {
      await Bun.sleep(400);
      expect(await apps[at]?.stop()).toEqual({ code: 0, signal: null });
      await comeBack(at);
      await nginx.reload();
      await Bun.sleep(RECOVERED_MS);
    }
    await expectNothingLost();
    expect(load.unasked).toBe(0);
    expect(retriesByCode(nginx).size).toBeGreaterThan(0);
  }, 60_000);

  test('killed in turn, they leave no visit unanswered', async () => {
    for (const at of [0, 1]) {
      await Bun.sleep(400);
      await apps[at]?.kill();
      await Bun.sleep(200);
      await comeBack(at);
      await Bun.sleep(RECOVERED_MS);
    }
    await expectNothingLost();
  }, 60_000);

  test('one that hangs keeps visitors waiting a moment, and none goes away without a redirect', async () => {
    await Bun.sleep(300);
    const pid = apps[0]?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    await Bun.sleep(4000);
    process.kill(pid, 'SIGCONT');
    await Bun.sleep(RECOVERED_MS);
    await expectNothingLost();
    expect(load.slowestMs).toBeGreaterThan(1000);
  }, 60_000);
});
