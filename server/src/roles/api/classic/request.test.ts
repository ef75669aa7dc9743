import { expect, test } from 'bun:test';
import { Hono } from 'hono';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { renameFields, settleClicks, withAliases } from './request.ts';

async function lagHeader(settled: boolean, lagSeconds: number): Promise<string | null> {
  const clicks = { settle: async () => settled, status: () => ({ lagSeconds }) };
  const app = new Hono<ApiEnv>().get('/', async (c) => {
    await settleClicks(c, { clicks } as unknown as ApiDeps);
    return c.json([]);
  });
  return (await app.request('/')).headers.get('x-data-lag');
}

test('an answer that could not wait for the last clicks says how many seconds it lags', async () => {
  expect(await lagHeader(true, 9)).toBeNull();
  expect(await lagHeader(false, 2.1)).toBe('3');
  expect(await lagHeader(false, 0)).toBe('1');
});

test('a field may come under another name, twice if it says the same', () => {
  const named = (body: Record<string, unknown>) => withAliases(body, 'original_url', ['url', 'long_url']);
  expect(named({ url: 'a', title: 't' })).toEqual({ original_url: 'a', title: 't' });
  expect(named({ original_url: 'a', url: 'a', long_url: ' ' })).toEqual({ original_url: 'a' });
  expect(named({ original_url: null, long_url: 'a' })).toEqual({ original_url: 'a' });
  expect(named({ title: 't' })).toEqual({ title: 't' });
  expect(() => named({ original_url: 'a', url: 'b' })).toThrow('url: differs from original_url');
  expect(() => named({ url: 'a', long_url: 'b' })).toThrow('long_url: differs from original_url');
});

test('errors of the store name fields as this API does, all else passes as it is', () => {
  const taken = new AppError('code_taken', 'The code is taken', { details: [{ field: 'code', message: 'is taken' }] });
  expect(renameFields(taken, { code: 'short_code' })).toMatchObject({
    code: 'code_taken',
    details: [{ field: 'short_code' }],
  });
  const other = new Error('broken');
  expect(renameFields(other, { code: 'short_code' })).toBe(other);
});
