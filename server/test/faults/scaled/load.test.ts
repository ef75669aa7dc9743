import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { NginxServer } from '../../../src/commands/cluster/nginx-server.ts';
import { nginxBefore } from '../../nginx/pools.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';
import { spawnTestApp, startTestApp, type TestApp } from '../../start-app.ts';
import { audit } from '../audit.ts';
import { removeDataDir, SHARES, seededDataDir } from '../data-dir.ts';
import { settled } from '../settled.ts';
import { expectWithinBounds, outOfBounds, retriesByCode } from './bounds.ts';
import { Load } from './load.ts';

describe('the load of scaled-out fault tests, proven on one embedded server behind nginx', () => {
  let dir: string;
  let app: TestApp;
  let nginx: NginxServer;
  beforeEach(async () => {
    dir = seededDataDir();
    app = await startTestApp({ dataDir: dir });
  });
  afterEach(async () => {
    await nginx[Symbol.asyncDispose]();
    await app.kill();
    removeDataDir(dir);
  });

  test('comes at its own pace, and every visit is a click', async () => {
    nginx = await nginxBefore([app], [app]);
    const load = new Load({ shares: SHARES, perSecond: 1000 });
    load.visit(nginx.port);
    await Bun.sleep(1000);
    await load.leave();
    expect([...load.failures, load.unasked]).toEqual([0]);
    const { sent, redirected } = load.total;
    expect(sent).toBe(redirected);
    expect(sent).toBeGreaterThan(700);
    await settled(app);
    await app.stop();
    expect(audit(dir).total).toBe(sent);
  }, 30_000);

  test('edges that break off leave no failed visit, and clicks within the bounds that nginx’s log widens', async () => {
    const proxy = new TcpProxy(app.port);
    nginx = await nginxBefore([proxy, app], [app]);
    const load = new Load({ shares: SHARES, perSecond: 1500 });
    load.visit(nginx.port);
    for (let i = 0; i < 8; i++) {
      await Bun.sleep(150);
      proxy.cut();
      await Bun.sleep(100);
      proxy.heal();
    }
    await load.leave();
    proxy.cut();
    expect([...load.failures]).toEqual([]);
    await settled(app);
    await app.stop();
    const retries = retriesByCode(nginx);
    expect(retries.size).toBeGreaterThan(0);
    expectWithinBounds(audit(dir).clicks, load.tallies, retries);
  }, 30_000);

  test('a kill of the only server fails visits, says how, and loses no click', async () => {
    nginx = await nginxBefore([app], [app]);
    const load = new Load({ shares: SHARES, perSecond: 500 });
    load.visit(nginx.port);
    await Bun.sleep(400);
    const { port } = app;
    await app.kill();
    await Bun.sleep(200);
    app = await spawnTestApp({ dataDir: dir, env: { PORT: String(port) } }).ready;
    const before = load.total.redirected;
    while (load.total.redirected < before + 300) await Bun.sleep(10);
    await load.leave();
    expect([...load.failures.keys()].sort()).toEqual(['status 502']);
    await settled(app);
    await app.stop();
    expectWithinBounds(audit(dir).clicks, load.tallies, retriesByCode(nginx));
  }, 60_000);
});

test('bounds are broken by a click too few and by one too many', () => {
  const tallies = new Map([
    ['few', { sent: 5, redirected: 5 }],
    ['many', { sent: 5, redirected: 4 }],
    ['right', { sent: 5, redirected: 4 }],
  ]);
  const clicks = new Map([
    ['few', 4],
    ['many', 7],
    ['right', 6],
  ]);
  const retries = new Map([
    ['many', 1],
    ['right', 1],
  ]);
  expect(outOfBounds(clicks, tallies, retries).map(({ code }) => code)).toEqual(['few', 'many']);
});
