import { expect, test } from 'bun:test';
import { Batch } from './batch.ts';

const echo = (calls: string[][]) => async (ids: string[]) => {
  calls.push(ids);
  return new Map(ids.filter((id) => id !== 'unknown').map((id) => [id, id.toUpperCase()]));
};

test('questions of one moment go in one call, the same one once', async () => {
  const calls: string[][] = [];
  const batch = new Batch<string>(10, 0, echo(calls));
  expect(await Promise.all(['a', 'b', 'a', 'unknown'].map((id) => batch.get(id)))).toEqual(['A', 'B', 'A', undefined]);
  expect(calls).toEqual([['a', 'b', 'unknown']]);
});

test('a full call goes at once and the rest follows', async () => {
  const calls: string[][] = [];
  const batch = new Batch<string>(2, 0, echo(calls));
  await Promise.all(['a', 'b', 'c'].map((id) => batch.get(id)));
  expect(calls).toEqual([['a', 'b'], ['c']]);
});

test('a call that fails fails for all who asked, and the next one is made anew', async () => {
  let calls = 0;
  const batch = new Batch<string>(2, 0, async () => {
    if (++calls === 1) throw new Error('away');
    return new Map([['a', 'A']]);
  });
  const results = await Promise.allSettled([batch.get('a'), batch.get('b')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await batch.get('a')).toBe('A');
});
