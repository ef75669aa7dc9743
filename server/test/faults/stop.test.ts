import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readOutbox } from '../../src/storage/outbox/outbox-contents.ts';
import { DATABASE_FILE } from '../../src/storage/sqlite/database.ts';
import { startTestApp } from '../start-app.ts';
import { audit, expectExactly } from './audit.ts';
import { removeDataDir, SHARES, seededDataDir } from './data-dir.ts';
import { settled } from './settled.ts';
import { pause, Visitors } from './visitors.ts';

let dir: string;
beforeEach(() => {
  dir = seededDataDir();
});
afterEach(() => removeDataDir(dir));

const HEALTH = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('SIGTERM under load', () => {
  for (const [lane, opening] of [
    ['plain connections', {}],
    ['connections to the full server', { opening: HEALTH }],
  ] as const) {
    test(`on ${lane}: every request that was sent is answered and counted, and the exit is 0 within 10 s`, async () => {
      const app = await startTestApp({ dataDir: dir });
      const visitors = new Visitors({ codes: SHARES, connections: 24, ...opening });
      try {
        visitors.visit(app.port);
        await pause(700);
        visitors.visit(null); // Who comes after the signal may find nobody; who is there is served.
        const start = performance.now();
        expect(await app.stop()).toEqual({ code: 0, signal: null });
        expect(performance.now() - start).toBeLessThan(10_000);
        await visitors.leave(1000);
        expect(visitors.total.redirected).toBeGreaterThan(500);
        expect({ cutOff: visitors.cutOff, others: [...visitors.otherAnswers] }).toEqual({ cutOff: 0, others: [] });
        expectExactly(audit(dir).clicks, visitors.tallies);
        expect(app.log.filter((line) => /"level":"(warn|error|fatal)"/.test(line))).toEqual([]);
      } finally {
        await visitors.leave(0);
        await app.kill();
      }
    }, 25_000);
  }

  test('leaves nothing to recover: no write-ahead log, and no click that is not sealed', async () => {
    const app = await startTestApp({ dataDir: dir });
    const visitors = new Visitors({ codes: SHARES, connections: 16, pipelined: 8 });
    try {
      visitors.visit(app.port);
      await pause(700);
      visitors.visit(null);
      expect((await app.stop()).code).toBe(0);
    } finally {
      await visitors.leave(0);
    }
    expect(statSync(join(dir, `${DATABASE_FILE}-wal`), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    expect(readOutbox(join(dir, 'outbox')).raw.map(({ firstSeq, lastSeq }) => lastSeq - firstSeq)).toEqual([-1]);
    const again = await startTestApp({ dataDir: dir });
    const figures = await settled(again);
    await again.stop();
    const { total } = audit(dir);
    expect(figures).toMatchObject({ accepted: total, committed: total });
    expect(total).toBeGreaterThanOrEqual(visitors.total.redirected);
    expect(total).toBeLessThanOrEqual(visitors.total.sent);
  }, 25_000);
});
