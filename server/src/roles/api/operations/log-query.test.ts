import { expect, test } from 'bun:test';
import { readLogQuery } from './log-query.ts';

const read = (query: Record<string, string>) => readLogQuery((name) => query[name]);

test('an empty query asks for the last 100 lines', () => {
  expect(read({})).toEqual({ limit: 100, filter: undefined, level: undefined });
});

test('limit, filter and level are taken as given', () => {
  expect(read({ limit: '200', filter: 'req-1', level: 'WARN' })).toEqual({
    limit: 200,
    filter: 'req-1',
    level: 'warn',
  });
});

test.each([
  ['limit', '0'],
  ['limit', '201'],
  ['limit', '-1'],
  ['limit', '1.5'],
  ['limit', ''],
  ['level', 'loud'],
  ['filter', 'x'.repeat(201)],
])('a bad %s (%s) is refused by name', (field, value) => {
  expect(() => read({ [field]: value })).toThrow(`${field}:`);
});
