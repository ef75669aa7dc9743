import { expect, test } from 'bun:test';
import { AppError } from '../platform/app-error.ts';
import { parseJson } from './json-value.ts';

const parse = (text: string) => parseJson(new TextEncoder().encode(text));

function refusal(text: string): { code: string; field: string | undefined } {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, field: error.details[0]?.field };
  }
  throw new Error(`${text} was read`);
}

test('the last of two equal keys counts, and __proto__ is a key like any other', () => {
  expect(parse('{"a": 1, "a": 2}')).toEqual({ a: 2 });
  const value = parse('{"__proto__": {"admin": true}}') as Record<string, unknown>;
  expect(value.admin).toBeUndefined();
  expect(Object.keys(value)).toEqual(['__proto__']);
});

test.each([
  ['{"a": "\\u0000"}', 'a'],
  ['{"a": {"b": ["x", "\\ud800"]}}', 'a.b.1'],
  ['"\\udc00"', 'body'],
  ['{"\\u0000": 1}', 'body'],
])('%s is refused by name', (text, field) => {
  expect(refusal(text)).toEqual({ code: 'invalid_request', field });
});

test.each([['{'], [''], ['nul'], ['{"a": 1'], ['['.repeat(500_000)], [`${'['.repeat(101)}${']'.repeat(101)}`]])(
  'a broken or bottomless body is malformed',
  (text) => {
    expect(refusal(text).code).toBe('malformed_body');
  },
);

test('a hundred levels are read', () => {
  expect(() => parse(`${'['.repeat(100)}${']'.repeat(100)}`)).not.toThrow();
});

test('bytes that are no UTF-8 are malformed', () => {
  expect(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toThrow('not valid JSON');
});
