import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaymarkClient } from '@waymark/contract/client';
import type { ImportJob } from '@waymark/contract/v1/imports';
import { startTestApp, TEST_API_KEY } from '../start-app.ts';
import { failure, startV1 } from './v1-app.ts';

const WAIT_MS = 30_000;

async function until(client: WaymarkClient, id: string, is: (job: ImportJob) => boolean): Promise<ImportJob> {
  for (const end = Date.now() + WAIT_MS; ; ) {
    const job = await client.imports.get(id);
    if (is(job)) return job;
    if (Date.now() > end) throw new Error(`the import stayed ${JSON.stringify({ ...job, sampleRows: [] })}`);
    await new Promise<void>((resume) => setTimeout(resume, 10));
  }
}

/** The status of a short link within the second that edges have to learn of what work in the background does. */
async function statusOnceGone(url: string): Promise<number> {
  for (const end = Date.now() + 1000; ; ) {
    const { status } = await fetch(url, { redirect: 'manual' });
    if (status !== 302 || Date.now() > end) return status;
    await new Promise<void>((resume) => setTimeout(resume, 10));
  }
}

const isOver = ({ state }: ImportJob) => state === 'done' || state === 'undone' || state === 'failed';

test('a file is looked at, mapped, imported, reported row by row, and undone', async () => {
  await using v1 = await startV1();
  const { admin, app } = v1;
  await admin.links.create({ url: 'https://example.com/x', code: 'taken' });
  const csv =
    'Where to,Alias,Title\nhttps://example.com/1,one,First\nnope,two,\nhttps://example.com/3,taken,\n"https://example.com/4",,"a ""quoted"", one"\n';
  const job = await admin.imports.upload(csv, { fileName: 'links.csv' });
  expect(job).toMatchObject({
    state: 'preview',
    fileName: 'links.csv',
    columns: ['Where to', 'Alias', 'Title'],
    mapping: { code: 'Alias', title: 'Title' },
    rowCount: 4,
    problemCount: 4,
  });
  const noUrl = await failure(admin.imports.start(job.id));
  expect([noUrl.code, noUrl.errors[0]?.field]).toEqual(['invalid_request', 'mapping.url']);
  const noColumn = await failure(admin.imports.map(job.id, { url: 'Nowhere' }));
  expect(noColumn.errors[0]?.field).toBe('mapping.url');
  const mapped = await admin.imports.map(job.id, { url: 'Where to' });
  expect(mapped.problems).toEqual([{ row: 2, message: 'url: must be an absolute http or https URL with a host' }]);
  expect((await admin.links.list()).data.length).toBe(1);

  await admin.imports.start(job.id);
  const done = await until(admin, job.id, isOver);
  expect(done.progress).toEqual({ processed: 4, created: 2, skipped: 1, failed: 1, undone: 0 });
  const { data: rows } = await admin.imports.rows(job.id);
  expect(rows.map(({ outcome }) => outcome)).toEqual(['created', 'error', 'skipped', 'created']);
  const first = await fetch(`${app.baseUrl}/one`, { redirect: 'manual' });
  expect([first.status, first.headers.get('location')]).toEqual([302, 'https://example.com/1']);
  expect((await admin.links.get(rows[3]?.linkId ?? '')).title).toBe('a "quoted", one');
  const skipped = await admin.imports.rows(job.id, { outcome: 'skipped' });
  expect(skipped.data.map(({ row }) => row)).toEqual([3]);
  expect((await failure(admin.imports.start(job.id))).code).toBe('conflict');
  const paged = await admin.imports.rows(job.id, { limit: 3 });
  const rest = await admin.imports.rows(job.id, { limit: 3, cursor: paged.nextCursor ?? '' });
  expect([paged.data.length, rest.data.map(({ row }) => row), rest.nextCursor]).toEqual([3, [4], null]);

  await admin.imports.undo(job.id);
  expect((await until(admin, job.id, isOver)).progress.undone).toBe(2);
  expect(await statusOnceGone(`${app.baseUrl}/one`)).toBe(404);
  expect((await admin.links.list()).data.map(({ code }) => code)).toEqual(['taken']);
  await admin.imports.delete(job.id);
  expect((await failure(admin.imports.get(job.id))).code).toBe('not_found');
  expect((await admin.imports.list()).data).toEqual([]);
});

test('a form uploads too; a repeated upload with its key is the same import; bad files are named', async () => {
  await using v1 = await startV1();
  const upload = (content: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const form = new FormData();
    form.append('file', new Blob([content]), 'a.csv');
    return v1.raw('/v1/imports', { method: 'POST', body: form, headers });
  };
  expect((await upload('url\nhttps://example.com/1\n')).status).toBe(201);
  const csv = 'url\nhttps://example.com/2\n';
  const first = await v1.admin.imports.upload(csv, { idempotencyKey: 'once' });
  const again = await v1.admin.imports.upload(csv, { idempotencyKey: 'once' });
  expect(again.id).toBe(first.id);
  expect((await failure(v1.admin.imports.upload('url\n', { idempotencyKey: 'once' }))).code).toBe(
    'idempotency_mismatch',
  );
  expect((await v1.admin.imports.list()).data.length).toBe(2);
  for (const content of ['', new Uint8Array([0xff, 0xfe, 0x41])]) {
    const response = await upload(content);
    expect([response.status, ((await response.json()) as { errors: { field: string }[] }).errors[0]?.field]).toEqual([
      400,
      'file',
    ]);
  }
  const json = await v1.raw('/v1/imports', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect([json.status, ((await json.json()) as { code: string }).code]).toEqual([400, 'unsupported_content_type']);
  const tooLarge = await failure(v1.admin.imports.upload(`url\n${'x'.repeat(10_485_800)}`));
  expect([tooLarge.status, tooLarge.code]).toEqual([413, 'body_too_large']);
});

test('killed again and again while it runs, an import ends with every row once', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-import-'));
  const rows = 20_000;
  let csv = 'url,code\n';
  for (let row = 1; row <= rows; row++)
    csv += row % 10 === 0 ? `bad,\n` : `https://example.com/${row},${row % 3 === 0 ? `code-${row}` : ''}\n`;
  try {
    let id = '';
    let kills = 0;
    for (let processed = 0; ; ) {
      await using app = await startTestApp({ dataDir });
      const admin = new WaymarkClient({ baseUrl: app.baseUrl, apiKey: TEST_API_KEY });
      if (id === '') {
        ({ id } = await admin.imports.upload(csv));
        await admin.imports.start(id);
      }
      const before = processed;
      const job = await until(admin, id, (one) => isOver(one) || one.progress.processed >= before + 3000);
      expect(job.progress.processed).toBeGreaterThanOrEqual(before);
      processed = job.progress.processed;
      if (!isOver(job)) {
        await app.kill();
        kills++;
        continue;
      }
      expect(job).toMatchObject({
        state: 'done',
        progress: { processed: rows, created: rows * 0.9, skipped: 0, failed: rows * 0.1 },
      });
      const urls = new Set<string>();
      let links = 0;
      for await (const link of admin.links.iterate({ limit: 1000, sort: 'id' })) {
        urls.add(link.url);
        links++;
      }
      expect([links, urls.size]).toEqual([rows * 0.9, rows * 0.9]);
      break;
    }
    expect(kills).toBeGreaterThan(1);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 60_000);
