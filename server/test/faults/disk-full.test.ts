import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LINK_COPY_FILE } from '../../src/threads/link-copy-upkeep.ts';
import { spawnTestApp, startTestApp, type TestApp } from '../start-app.ts';
import { audit, expectKept } from './audit.ts';
import { SHARES, seedLinks } from './data-dir.ts';
import { clickFigures, settled } from './settled.ts';
import { type SmallDisk, smallDisk, whyNoSmallDisk } from './small-disk.ts';
import { pause, Visitors } from './visitors.ts';

const MIB = 1024 * 1024;
const whyNot = whyNoSmallDisk();
if (whyNot !== null) console.log(`skipped: disk full: ${whyNot}`);

const shorten = (app: TestApp) =>
  fetch(`${app.baseUrl}/shorten`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: 'https://example.com/new' }),
  });

/** Waits until the visitors have `n` more redirects. */
async function moreRedirects(visitors: Visitors, n: number): Promise<void> {
  const from = visitors.total.redirected;
  const deadline = performance.now() + 15_000;
  while (visitors.total.redirected < from + n) {
    if (performance.now() > deadline) throw new Error(`redirects stand still at ${visitors.total.redirected}`);
    await pause(20);
  }
}

async function until(what: string, holds: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await pause(50);
  }
}

describe.skipIf(whyNot !== null)('a full disk', () => {
  let disk: SmallDisk;
  let dir: string;
  beforeEach(() => {
    disk = smallDisk(96);
    dir = join(disk.dir, 'data');
    mkdirSync(dir);
    seedLinks(dir);
  });
  afterEach(() => disk[Symbol.dispose]());

  test('lets redirects go on, counts what it drops, refuses writes with 503, and is over once there is room', async () => {
    const app = await startTestApp({ dataDir: dir });
    const visitors = new Visitors({ codes: SHARES, connections: 16, referrerLength: 500 });
    try {
      visitors.visit(app.port);
      await moreRedirects(visitors, 2000);
      disk.fill();
      await until('clicks are dropped', async () => (await clickFigures(app)).dropped > 0);
      disk.fill(); // What was removed meanwhile.
      const answers = new Set<number>();
      for (let i = 0; i < 20; i++) answers.add((await shorten(app)).status);
      expect([...answers].filter((status) => status !== 201)).toEqual([503]);
      await moreRedirects(visitors, 2000);
      expect((await clickFigures(app)).dropped).toBeGreaterThan(1000);

      disk.free();
      await until('writes are taken again', async () => (await shorten(app)).status === 201);
      let dropped = -1;
      await until('nothing more is dropped', async () => {
        const before = dropped;
        dropped = (await clickFigures(app)).dropped;
        await moreRedirects(visitors, 200);
        return dropped === before;
      });
      await moreRedirects(visitors, 2000);
      await visitors.leave();
      const figures = await settled(app);
      expect(visitors.otherAnswers).toEqual(new Map());
      expect(visitors.cutOff).toBe(0);
      expect(figures.committed + figures.dropped).toBe(visitors.total.redirected);
      expect(figures).toMatchObject({ dropped, dead: 0, discarded: 0, accepted: figures.committed });
      expect(await app.stop()).toEqual({ code: 0, signal: null });
      expect(audit(dir).total).toBe(figures.committed);
    } finally {
      await visitors.leave(0);
      await app.kill();
    }
  }, 60_000);

  test('at the death of the server costs nothing that was accepted', async () => {
    const app = await startTestApp({ dataDir: dir });
    const visitors = new Visitors({ codes: SHARES, connections: 16 });
    try {
      visitors.visit(app.port);
      await moreRedirects(visitors, 2000);
      disk.fill();
      await moreRedirects(visitors, 5000);
      const { dropped } = await clickFigures(app);
      await app.kill();
      await visitors.leave(0);
      disk.free();
      const again = await startTestApp({ dataDir: dir });
      await settled(again);
      expect(await again.stop()).toEqual({ code: 0, signal: null });
      const { clicks } = audit(dir);
      expect(dropped).toBe(0);
      expectKept(clicks, visitors.tallies);
    } finally {
      await visitors.leave(0);
      await app.kill();
    }
  }, 40_000);

  test('ends on SIGTERM in time, with all that was accepted still there', async () => {
    const app = await startTestApp({ dataDir: dir });
    const visitors = new Visitors({ codes: SHARES, connections: 16 });
    try {
      visitors.visit(app.port);
      await moreRedirects(visitors, 2000);
      disk.fill();
      await moreRedirects(visitors, 2000);
      await visitors.leave();
      const start = performance.now();
      expect(await app.stop()).toEqual({ code: 0, signal: null });
      expect(performance.now() - start).toBeLessThan(10_000);
      disk.free();
      const again = await startTestApp({ dataDir: dir });
      await settled(again);
      await again.stop();
      expect(audit(dir).total).toBe(visitors.total.redirected);
    } finally {
      await visitors.leave(0);
      await app.kill();
    }
  }, 40_000);

  test('does not keep a server that died from serving again', async () => {
    const first = await startTestApp({ dataDir: dir });
    const visitors = new Visitors({ codes: SHARES, connections: 8 });
    try {
      visitors.visit(first.port);
      await moreRedirects(visitors, 1000);
      disk.fill();
      await first.kill();
      disk.fill();
      const second = await startTestApp({ dataDir: dir });
      visitors.visit(second.port);
      await moreRedirects(visitors, 1000);
      await visitors.leave();
      const { dropped } = await clickFigures(second);
      disk.free();
      await settled(second);
      expect((await second.stop()).code).toBe(0);
      const { total } = audit(dir);
      expect(total + dropped).toBeGreaterThanOrEqual(visitors.total.redirected);
      expect(total).toBeLessThanOrEqual(visitors.total.sent);
    } finally {
      await visitors.leave(0);
      await first.kill();
    }
  }, 40_000);

  test('leaves no room for a packed copy of the links: that is said once, and redirects go on without', async () => {
    const app = await startTestApp({ dataDir: dir, env: { LINK_CACHE_SIZE: '2' } });
    const visitors = new Visitors({ codes: SHARES, connections: 8 });
    try {
      visitors.visit(app.port);
      await until('the copy is refused', async () => app.log.some((line) => line.includes('packed copy')));
      await moreRedirects(visitors, 2000);
      await visitors.leave();
      expect(visitors.otherAnswers).toEqual(new Map());
      const said = app.log.filter((line) => line.includes('packed copy'));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('too little room is left on the disk');
      expect(readdirSync(dir)).not.toContain(LINK_COPY_FILE);
      expect(await app.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await visitors.leave(0);
      await app.kill();
    }
  }, 40_000);

  for (const leave of [0, 64 * 1024, 5 * MIB, 20 * MIB]) {
    test(`with ${leave / MIB} MiB left at the start: it serves or says why not, and serves once there is room`, async () => {
      disk.fill(leave);
      const starting = spawnTestApp({ dataDir: dir });
      const app = await starting.ready.catch(() => null);
      if (app === null) {
        expect((await starting.exited).code).toBe(1);
        expect(starting.log.join('\n')).toMatch(/disk is full|ENOSPC|no space/i);
      } else {
        const visitors = new Visitors({ codes: SHARES, connections: 8 });
        visitors.visit(app.port);
        await moreRedirects(visitors, 1000);
        await visitors.leave();
        const { dropped, accepted } = await clickFigures(app);
        expect(dropped + accepted).toBe(visitors.total.redirected);
        expect(visitors.otherAnswers).toEqual(new Map());
        expect((await app.stop()).code).toBe(0);
      }
      disk.free();
      const again = await startTestApp({ dataDir: dir });
      const before = (await settled(again)).committed;
      const visitors = new Visitors({ codes: SHARES, connections: 8 });
      visitors.visit(again.port);
      await moreRedirects(visitors, 500);
      await visitors.leave();
      const figures = await settled(again);
      expect(figures.committed - before).toBe(visitors.total.redirected);
      expect((await again.stop()).code).toBe(0);
      audit(dir);
    }, 30_000);
  }
});
