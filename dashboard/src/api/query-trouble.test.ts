import { expect, test } from 'bun:test';
import { ApiError } from '@waymark/contract/client';
import { troubleOf } from './query-trouble.ts';

const problem = (code: string) =>
  ApiError.from(new Response(null, { status: 503 }), { code, title: code, status: 503 } as never);

test('a server that cannot answer is told while it is asked again, a cut connection once that is given up', () => {
  const unavailable = problem('unavailable');
  const rateLimited = problem('rate_limited');
  expect(troubleOf({ error: null, failureReason: unavailable })).toBe(unavailable);
  expect(troubleOf({ error: null, failureReason: rateLimited })).toBeNull();
  expect(troubleOf({ error: rateLimited, failureReason: rateLimited })).toBe(rateLimited);
  expect(troubleOf({ error: null })).toBeNull();
});
