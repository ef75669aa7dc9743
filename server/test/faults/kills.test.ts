import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { spawnTestApp, startTestApp } from '../start-app.ts';
import { audit, expectKept } from './audit.ts';
import { removeDataDir, SHARES, seededDataDir } from './data-dir.ts';
import { settled } from './settled.ts';
import { pause, Visitors, type VisitorsOptions } from './visitors.ts';

/** Kills of one run; WAYMARK_KILLS sets it for a longer run by hand. */
const KILLS = Number(process.env.WAYMARK_KILLS ?? 20);

let dir: string;
beforeEach(() => {
  dir = seededDataDir();
});
afterEach(() => removeDataDir(dir));

/** Kills the server `kills` times under load, one in four times while it starts, then lets it finish and checks all. */
async function killUnderLoad(kills: number, load: Omit<VisitorsOptions, 'codes'>): Promise<void> {
  const visitors = new Visitors({ codes: SHARES, ...load });
  const logs: (readonly string[])[] = [];
  let inStart = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const starting = spawnTestApp({ dataDir: dir });
      logs.push(starting.log);
      if (kill % 4 === 3) {
        await pause(20 + Math.random() * 380);
        inStart++;
      } else {
        const { port } = await starting.ready;
        visitors.visit(port);
        await pause(100 + Math.random() * 800);
      }
      await starting.kill();
      visitors.visit(null);
    }
    const app = await startTestApp({ dataDir: dir });
    logs.push(app.log);
    visitors.visit(app.port);
    await pause(200);
    await visitors.leave();
    const status = await settled(app);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    const { clicks, total, edges } = audit(dir);
    const { sent, redirected } = visitors.total;
    console.log(
      `${kills} kills (${inStart} during the start): ${sent} sent, ${redirected} redirected, ${total} counted`,
    );
    expectKept(clicks, visitors.tallies);
    expect(visitors.otherAnswers).toEqual(new Map());
    expect(redirected).toBeGreaterThan(kills * 20);
    expect(edges.map(({ dead, discarded }) => [dead, discarded])).toEqual([[0, 0]]);
    expect(status).toEqual({ accepted: total, committed: total, discarded: 0, dead: 0, inFlight: 0, dropped: 0 });
    expect(logs.flat().filter((line) => /"level":"(warn|error|fatal)"|SQLITE_BUSY|rror:/.test(line))).toEqual([]);
  } finally {
    await visitors.leave(0);
  }
}

describe('kill -9 at random moments under load', () => {
  const budgetMs = 20_000 + KILLS * 2500;

  test('every redirect that was received is counted, once', () => killUnderLoad(KILLS, { connections: 24 }), budgetMs);

  test(
    'also where requests are pipelined',
    () => killUnderLoad(Math.ceil(KILLS / 4), { connections: 8, pipelined: 16 }),
    budgetMs,
  );

  test(
    'also where the full server answers them',
    () =>
      killUnderLoad(Math.ceil(KILLS / 4), {
        connections: 16,
        opening: 'POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
      }),
    budgetMs,
  );
});
