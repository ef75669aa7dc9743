import { expect, test } from 'bun:test';
import { LogBuffer } from './log-buffer.ts';

function filled(linesMax: number, count: number): LogBuffer {
  const buffer = new LogBuffer(linesMax);
  const levels = ['info', 'warn', 'error'];
  for (let n = 1; n <= count; n++) buffer.push(`${JSON.stringify({ level: levels[n % 3], n, msg: `Line ${n}` })}\n`);
  return buffer;
}

const numbers = (entries: Record<string, unknown>[]) => entries.map(({ n }) => n);

test('the newest lines come last, at most as many as asked for', () => {
  expect(numbers(filled(10, 4).recent({ limit: 3 }))).toEqual([2, 3, 4]);
  expect(numbers(filled(10, 2).recent({ limit: 3 }))).toEqual([1, 2]);
});

test('the oldest lines make room once it is full', () => {
  expect(numbers(filled(5, 12).recent({ limit: 100 }))).toEqual([8, 9, 10, 11, 12]);
});

test('a level lets graver ones through', () => {
  expect(numbers(filled(10, 6).recent({ limit: 10, level: 'warn' }))).toEqual([1, 2, 4, 5]);
  expect(numbers(filled(10, 6).recent({ limit: 10, level: 'error' }))).toEqual([2, 5]);
});

test('a filter looks at the whole line in any case', () => {
  expect(numbers(filled(20, 12).recent({ limit: 10, filter: 'LINE 1' }))).toEqual([1, 10, 11, 12]);
});

test('a line beyond 8 Ki characters is kept shortened', () => {
  const buffer = new LogBuffer(2);
  buffer.push(JSON.stringify({ level: 'info', time: 't', requestId: 'r', body: 'x'.repeat(9000), msg: 'long' }));
  expect(buffer.recent({ limit: 1 })).toEqual([
    { level: 'info', time: 't', requestId: 'r', msg: 'long', shortened: true },
  ]);
});

test('by itself it keeps 2,000 lines', () => {
  const buffer = new LogBuffer();
  for (let n = 0; n < 2500; n++) buffer.push(`{"n":${n}}`);
  expect(buffer.recent({ limit: 5000 })).toHaveLength(2000);
});
