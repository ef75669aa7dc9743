import { expect, test } from 'bun:test';
import { AppError } from '../platform/app-error.ts';
import { filePart } from './multipart.ts';

async function encode(parts: [string, string | Blob][]): Promise<[Uint8Array<ArrayBuffer>, string]> {
  const form = new FormData();
  for (const [name, value] of parts) form.append(name, value);
  const response = new Response(form);
  const type = response.headers.get('content-type') ?? '';
  return [new Uint8Array(await response.arrayBuffer()), type];
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'read',
    (error: unknown) =>
      error instanceof AppError ? `${error.code} ${error.details[0]?.field ?? ''}`.trim() : String(error),
  );

test('the part of that name is read, whatever is beside it', async () => {
  const [bytes, type] = await encode([
    ['note', 'x'],
    ['file', new Blob(['id\n1'])],
  ]);
  expect(new TextDecoder().decode(await filePart(bytes, type, 'file'))).toBe('id\n1');
});

test('a file that is missing or comes twice is refused by name', async () => {
  expect(await codeOf(filePart(...(await encode([['other', 'x']])), 'file'))).toBe('invalid_request file');
  const twice = await encode([
    ['file', new Blob(['a'])],
    ['file', new Blob(['b'])],
  ]);
  expect(await codeOf(filePart(...twice, 'file'))).toBe('invalid_request file');
});

test('a body without its boundary, or cut off before the last one, is malformed', async () => {
  const [bytes, type] = await encode([['file', new Blob(['id\n1'])]]);
  expect(await codeOf(filePart(bytes.slice(0, -6), type, 'file'))).toBe('malformed_body');
  expect(await codeOf(filePart(bytes, 'multipart/form-data', 'file'))).toBe('malformed_body');
  expect(await codeOf(filePart(bytes, 'multipart/form-data; boundary=other', 'file'))).toBe('malformed_body');
});
