import { expect } from 'bun:test';
import { IMPORT_JOB_LIMITS, type ImportPreview, type ImportStep } from '../../links/import-jobs.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { type MakeStores, newLink, type Stores, TEST_TIME } from './stores.ts';
import { refused, storeSuite } from './suite.ts';

const preview: ImportPreview = {
  columns: ['url'],
  mapping: { url: 'url' },
  rowCount: 3,
  sampleRows: [{ row: 1, values: { url: 'https://example.com/1' } }],
  problems: [{ row: 3, message: 'url: is missing' }],
  problemCount: 1,
};

const bytes = (text: string) => new TextEncoder().encode(text);
const link = (row: number, code: string | null = null): ImportStep => ({
  row,
  link: newLink({ code, url: `https://example.com/${row}` }),
});

async function waiting(stores: Stores): Promise<number> {
  const { id } = await stores.importJobCommands.create({ fileName: 'a.csv' });
  await stores.importJobCommands.putPart(id, 0, bytes('url\n'));
  await stores.importJobCommands.setPreview(id, preview);
  return id;
}

async function running(stores: Stores): Promise<number> {
  const id = await waiting(stores);
  await stores.importJobCommands.start(id);
  return id;
}

const allRows = (stores: Stores, id: number) => stores.importJobs.rows(id, { afterRow: 0, limit: 1000 });

/** What every adapter of ImportJobQueries and ImportJobCommands does. */
export function importJobsConformance(name: string, make: MakeStores): void {
  storeSuite(`${name}: import jobs`, make, {
    'a file comes in parts, in any order, the same part twice': async (stores) => {
      const { id, state, fileName } = await stores.importJobCommands.create({ fileName: 'a.csv' });
      expect([state, fileName]).toEqual(['uploading', 'a.csv']);
      await stores.importJobCommands.putPart(id, 1, bytes('second'));
      await stores.importJobCommands.putPart(id, 0, bytes('wrong'));
      await stores.importJobCommands.putPart(id, 0, bytes('first '));
      expect(new TextDecoder().decode(await stores.importJobs.file(id))).toBe('first second');
      expect((await stores.importJobCommands.setPreview(id, preview)).preview).toEqual(preview);
      await refused(stores.importJobCommands.putPart(id, 2, bytes('late')), 'conflict');
      expect((await stores.importJobs.get(id))?.state).toBe('preview');
    },
    'each row is written with what became of it, and its link in the same unit of work': async (stores) => {
      await stores.linkCommands.create(newLink({ code: 'taken' }));
      const id = await running(stores);
      const steps: ImportStep[] = [link(1), link(2, 'taken'), { row: 3, error: 'url: is missing' }];
      expect(await stores.importJobCommands.step(id, steps, false)).toMatchObject({
        state: 'running',
        processed: 3,
        created: 1,
        skipped: 1,
        failed: 1,
      });
      const rows = await allRows(stores, id);
      expect(rows).toEqual([
        { row: 1, outcome: 'created', linkId: expect.any(Number), reason: null },
        { row: 2, outcome: 'skipped', linkId: null, reason: 'The code is taken' },
        { row: 3, outcome: 'error', linkId: null, reason: 'url: is missing' },
      ]);
      expect((await stores.links.get(rows[0]?.linkId ?? 0))?.url).toBe('https://example.com/1');
      expect((await stores.importJobs.rows(id, { afterRow: 1, limit: 1 })).map(({ row }) => row)).toEqual([2]);
      const errors = { outcome: 'error', afterRow: 0, limit: 9 } as const;
      expect((await stores.importJobs.rows(id, errors)).map(({ row }) => row)).toEqual([3]);
    },
    'rows that are written already are refused whole, so nothing goes in twice': async (stores) => {
      const id = await running(stores);
      await stores.importJobCommands.step(id, [link(1), link(2)], false);
      for (const steps of [[link(1), link(2)], [link(2)], [link(4)], [link(3), link(5)]]) {
        await refused(stores.importJobCommands.step(id, steps, false), 'conflict');
      }
      expect((await stores.links.count({})).value).toBe(2);
      const done = await stores.importJobCommands.step(id, [link(3)], true);
      expect([done.state, done.processed, done.finishedAt]).toEqual(['done', 3, TEST_TIME]);
      expect((await stores.importJobs.file(id)).byteLength).toBe(0);
      await refused(stores.importJobCommands.step(id, [link(4)], true), 'conflict');
    },
    'undoing deletes every link that was made, changed and deleted ones too, and says so': async (stores) => {
      const id = await running(stores);
      const many = Array.from({ length: 120 }, (_, n) => link(n + 1));
      await stores.importJobCommands.step(id, many, true);
      const [first, second] = await allRows(stores, id);
      await stores.linkCommands.update(first?.linkId ?? 0, { title: 'mine now' }, null);
      await stores.linkCommands.delete(second?.linkId ?? 0, null);
      const kept = await stores.linkCommands.create(newLink());
      await stores.importJobCommands.undo(id);
      let steps = 0;
      while ((await stores.importJobs.nextWork())?.state === 'undoing') {
        await stores.importJobCommands.undoStep(id);
        steps++;
      }
      expect(steps).toBeGreaterThan(1);
      expect(await stores.importJobs.get(id)).toMatchObject({ state: 'undone', created: 120, undone: 120 });
      expect(
        (await stores.links.list({ filter: {}, sort: 'id', descending: false, limit: 9 })).map((one) => one.id),
      ).toEqual([kept.id]);
      expect((await allRows(stores, id)).slice(0, 2)).toEqual([
        { row: 1, outcome: 'undone', linkId: first?.linkId ?? null, reason: null },
        { row: 2, outcome: 'undone', linkId: second?.linkId ?? null, reason: 'was deleted before' },
      ]);
    },
    'undoing stops a job that runs': async (stores) => {
      const id = await running(stores);
      await stores.importJobCommands.step(id, [link(1)], false);
      await stores.importJobCommands.undo(id);
      await refused(stores.importJobCommands.step(id, [link(2)], false), 'conflict');
      await stores.importJobCommands.fail(id, 'late');
      expect((await stores.importJobCommands.undoStep(id)).state).toBe('undone');
    },
    'a job does what its state allows': async (stores) => {
      const { importJobCommands: jobs } = stores;
      await refused(jobs.start(7), 'not_found');
      const id = await waiting(stores);
      await refused(jobs.undo(id), 'conflict');
      await jobs.start(id);
      await refused(jobs.start(id), 'conflict');
      await refused(jobs.delete(id), 'conflict');
      await refused(jobs.setPreview(id, preview), 'conflict');
      await jobs.fail(id, 'Internal error');
      expect(await stores.importJobs.get(id)).toMatchObject({ state: 'failed', failure: 'Internal error' });
    },
    'a deleted job is hidden at once and goes away in parts; its links stay': async (stores) => {
      const id = await running(stores);
      await stores.importJobCommands.step(id, [link(1)], true);
      await stores.importJobCommands.delete(id);
      expect(await stores.importJobs.get(id)).toBeNull();
      expect(await stores.importJobs.list({ limit: 9 })).toEqual([]);
      await refused(stores.importJobCommands.delete(id), 'not_found');
      while ((await stores.importJobs.nextWork())?.id === id) await stores.importJobCommands.removeStep(id);
      expect(await allRows(stores, id)).toEqual([]);
      expect((await stores.links.count({})).value).toBe(1);
    },
    'jobs are listed newest first, and worked on oldest first': async (stores) => {
      const ids = [await running(stores), await running(stores), await waiting(stores)];
      expect((await stores.importJobs.list({ limit: 9 })).map(({ id }) => id)).toEqual(ids.toReversed());
      expect((await stores.importJobs.list({ limit: 1, beforeId: ids[2] ?? 0 })).map(({ id }) => id)).toEqual([
        ids[1] ?? 0,
      ]);
      expect((await stores.importJobs.nextWork())?.id).toBe(ids[0] ?? 0);
    },
    'what waits is bounded, and goes when it has waited for long': async (stores) => {
      for (let n = 0; n < IMPORT_JOB_LIMITS.waitingMax; n++) await stores.importJobCommands.create({ fileName: null });
      await refused(stores.importJobCommands.create({ fileName: null }), 'conflict');
      stores.clock.now += IMPORT_JOB_LIMITS.waitingDays * DAY_MS + 1;
      await stores.importJobCommands.expire();
      expect(await stores.importJobs.list({ limit: 9 })).toEqual([]);
      const id = await running(stores);
      await stores.importJobCommands.step(id, [link(1)], true);
      stores.clock.now += IMPORT_JOB_LIMITS.endedDays * DAY_MS;
      await stores.importJobCommands.expire();
      expect(await stores.importJobs.get(id)).not.toBeNull();
      stores.clock.now += 1;
      await stores.importJobCommands.expire();
      expect(await stores.importJobs.get(id)).toBeNull();
    },
  });
}
