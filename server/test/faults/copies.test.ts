import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOutbox } from '../../src/storage/outbox/outbox-contents.ts';
import { DATABASE_FILE } from '../../src/storage/sqlite/database.ts';
import { spawnTestApp, startTestApp } from '../start-app.ts';
import { audit } from './audit.ts';
import { removeDataDir, seededDataDir } from './data-dir.ts';
import { acceptOffline } from './offline-clicks.ts';
import { settled } from './settled.ts';
import { sum, visit } from './visit.ts';

const DONE = { code: 0, signal: null };

let dir: string;
let copy: string;
beforeEach(() => {
  dir = seededDataDir();
  copy = mkdtempSync(join(tmpdir(), 'waymark-copy-'));
});
afterEach(() => {
  removeDataDir(dir);
  removeDataDir(copy);
});

const edgeIdOf = (of: string) =>
  (JSON.parse(readFileSync(join(of, 'outbox', 'edge.json'), 'utf8')) as { edgeId: string }).edgeId;

describe('an older database beside a newer outbox', () => {
  test('gets the clicks that the outbox still has again, each once', async () => {
    let app = await startTestApp({ dataDir: dir });
    const first = await visit(app, 1500);
    await app.stop();
    const backup = join(copy, DATABASE_FILE);
    copyFileSync(join(dir, DATABASE_FILE), backup);

    app = await startTestApp({ dataDir: dir });
    const second = await visit(app, 1500);
    await app.stop();
    expect(audit(dir).clicks).toEqual(sum(first, second));

    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dir, DATABASE_FILE + suffix), { force: true });
    copyFileSync(backup, join(dir, DATABASE_FILE));
    expect(audit(dir).clicks).toEqual(sum(first));
    app = await startTestApp({ dataDir: dir });
    const third = await visit(app, 300);
    await settled(app);
    expect(await app.stop()).toEqual(DONE);
    expect(audit(dir).clicks).toEqual(sum(first, second, third));

    app = await startTestApp({ dataDir: dir });
    await settled(app);
    await app.stop();
    expect(audit(dir).clicks).toEqual(sum(first, second, third));
  }, 30_000);
});

describe('a copied data directory', () => {
  for (const [how, died] of [
    ['after a clean stop', false],
    ['after a death with unsealed clicks', true],
  ] as const) {
    test(`${how} is served beside the original, each with an edge id and counts of its own`, async () => {
      const before = await startTestApp({ dataDir: dir });
      const shared = [await visit(before, 500)] as Parameters<typeof sum>;
      if (died) {
        await before.kill();
        shared.push(acceptOffline(dir, 300));
      } else await before.stop();
      cpSync(dir, copy, { recursive: true });

      const [original, twin] = await Promise.all([startTestApp({ dataDir: dir }), startTestApp({ dataDir: copy })]);
      expect(edgeIdOf(copy)).not.toBe(edgeIdOf(dir));
      expect(twin.log.join('\n')).toContain(`"copiedFrom":"${edgeIdOf(dir)}"`);
      expect(original.log.join('\n')).not.toContain('copiedFrom');
      const [own, ownOfTwin] = await Promise.all([visit(original, 700), visit(twin, 400)]);
      await Promise.all([settled(original), settled(twin)]);
      expect(await Promise.all([original.stop(), twin.stop()])).toEqual([DONE, DONE]);
      expect(audit(dir).clicks).toEqual(sum(...shared, own));
      expect(audit(copy).clicks).toEqual(sum(...shared, ownOfTwin));
    }, 30_000);
  }
});

describe('one data directory started twice', () => {
  test('is refused to the second with a clear message, and the first goes on', async () => {
    await using first = await startTestApp({ dataDir: dir });
    const clicks = [await visit(first, 300)];
    const second = spawnTestApp({ dataDir: dir });
    await second.ready.then(
      () => expect.unreachable('the second start went through'),
      () => {},
    );
    expect((await second.exited).code).toBe(1);
    expect(second.log.join('\n')).toContain(`${dir} is in use by process ${first.pid}`);
    clicks.push(await visit(first, 300));
    await settled(first);
    expect(await first.stop()).toEqual(DONE);
    expect(audit(dir).clicks).toEqual(sum(...clicks));
  }, 20_000);

  test('is free again as soon as the first has died', async () => {
    const first = await startTestApp({ dataDir: dir });
    const clicks = await visit(first, 300);
    await first.kill();
    const second = await startTestApp({ dataDir: dir });
    await settled(second);
    expect(await second.stop()).toEqual(DONE);
    expect(audit(dir).clicks).toEqual(sum(clicks));
    expect(readOutbox(join(dir, 'outbox')).raw.every(({ firstSeq, lastSeq }) => lastSeq < firstSeq)).toBe(true);
  }, 20_000);
});
