import { expect, test } from 'bun:test';
import { LIMITS } from '@waymark/contract';
import { AppError } from '../platform/app-error.ts';
import { asObject, readBytes, readJson } from './body.ts';

const KIB = 1024;
const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request('http://test/', { method: 'POST', body, headers });
const json = (body: string, type = 'application/json') => post(body, { 'Content-Type': type });

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'read',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}

test.each([
  ['application/json', 'read'],
  ['Application/JSON; charset=utf-8', 'read'],
  ['application/merge-patch+json', 'read'],
  ['text/plain', 'unsupported_content_type'],
  ['application/jsonp', 'unsupported_content_type'],
  ['', 'unsupported_content_type'],
])('content type %p: %s', async (type, outcome) => {
  expect(await codeOf(readJson(json('{}', type)))).toBe(outcome);
});

test('a compressed body is refused', async () => {
  const request = post('{}', { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
  expect(await codeOf(readJson(request))).toBe('unsupported_content_type');
});

test('a body is read up to its limit and not beyond', async () => {
  expect((await readBytes(post('a'.repeat(KIB)), KIB)).byteLength).toBe(KIB);
  expect(await codeOf(readBytes(post('a'.repeat(KIB + 1)), KIB))).toBe('body_too_large');
});

test('a body without an announced length is given up as soon as it is too large', async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += KIB;
      controller.enqueue(new Uint8Array(KIB));
    },
  });
  expect(await codeOf(readBytes(post(endless), 16 * KIB))).toBe('body_too_large');
  expect(sent).toBeLessThan(32 * KIB);
});

test('an announced length is enough to refuse', async () => {
  const request = post('{}', { 'Content-Length': String(LIMITS.bodyBytesMax + 1) });
  expect(await codeOf(readBytes(request, LIMITS.bodyBytesMax))).toBe('body_too_large');
});

test('a body that breaks off is the client’s fault', async () => {
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error('gone'));
    },
  });
  expect(await codeOf(readBytes(post(broken), KIB))).toBe('malformed_body');
});

test.each([['text'], [[1]], [null], [4], [true]])('%p is no object', (value) => {
  expect(() => asObject(value)).toThrow('must be a JSON object');
});
