import { expect, test } from 'bun:test';
import { runBulk } from './bulk-run.ts';

const fine = { index: 0, status: 200, link: null, error: null };

test('many operations go in calls of a bounded size and tell how far they are', async () => {
  const sizes: number[] = [];
  const told: number[] = [];
  const result = await runBulk(
    ['a', 'b', 'c', 'd', 'e'],
    2,
    async (chunk) => {
      sizes.push(chunk.length);
      return chunk.map(() => fine);
    },
    ({ done }) => told.push(done),
  );
  expect(sizes).toEqual([2, 2, 1]);
  expect(told).toEqual([0, 2, 4]);
  expect(result.succeeded.map(({ item }) => item)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('what is refused is told with its reason and stops nothing', async () => {
  const refused = { index: 1, status: 404, link: null, error: { code: 'not_found', message: 'Link not found' } };
  const result = await runBulk(['a', 'b', 'c'], 10, async () => [fine, refused, fine]);
  expect(result.refused).toEqual([{ item: 'b', message: 'Link not found' }]);
  expect(result.succeeded).toHaveLength(2);
});

test('a call that fails leaves the rest untried and keeps what was done', async () => {
  const away = new Error('away');
  let calls = 0;
  const result = await runBulk(['a', 'b', 'c'], 1, async () => {
    if (++calls === 2) throw away;
    return [fine];
  });
  expect(result.succeeded.map(({ item }) => item)).toEqual(['a']);
  expect(result.left).toEqual(['b', 'c']);
  expect(result.error).toBe(away);
});
