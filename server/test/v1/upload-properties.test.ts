import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

const cell = fc.oneof(
  fc.constantFrom('https://example.com/a', 'code-1', 'url', '', '"', '\n', ',', '=1+1', '2030-01-01', 'true', '\0'),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()),
);
const csv = fc
  .array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 })
  .map((rows) => ['url,code,title', ...rows.map((row) => row.join(','))].join('\n'));
const file = fc.oneof(
  csv.map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => new Uint8Array(bytes)),
);
const column = fc.oneof(fc.constantFrom('url', 'code', 'title', 'nothing'), fc.constant(null), fc.string());
const mapping = fc.dictionary(fc.constantFrom('url', 'code', 'title', 'active', 'oops', '__proto__'), column);

async function answer(
  path: string,
  init: RequestInit,
): Promise<{ status: number; body: { id?: string; state?: string } }> {
  const response = await v1.raw(path, init);
  const text = await response.text();
  expect(response.status, text).toBeLessThan(500);
  if (response.status >= 400) expect(response.headers.get('content-type')).toBe('application/problem+json');
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

test('any file, mapped and imported in any way, ends in an import that is over, or in a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(file, mapping, fc.boolean(), async (bytes, columns, undo) => {
      const upload = await answer('/v1/imports', {
        method: 'POST',
        headers: { 'Content-Type': 'text/csv' },
        body: bytes,
      });
      expect([201, 400]).toContain(upload.status);
      if (upload.status !== 201) return;
      const path = `/v1/imports/${upload.body.id}`;
      const json = { 'Content-Type': 'application/json' };
      await answer(path, { method: 'PATCH', headers: json, body: JSON.stringify({ mapping: columns }) });
      const started = await answer(`${path}/start`, { method: 'POST' });
      expect([200, 400]).toContain(started.status);
      if (started.status === 200) {
        let state = 'running';
        while (state === 'running') state = (await answer(path, {})).body.state ?? '';
        expect(state).toBe('done');
        if (undo) expect((await answer(`${path}/undo`, { method: 'POST' })).status).toBe(200);
        while (state !== 'undone' && undo) state = (await answer(path, {})).body.state ?? '';
      }
      expect((await answer(path, { method: 'DELETE' })).status).toBe(204);
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 60_000);
