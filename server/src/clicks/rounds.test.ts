import { expect, test } from 'bun:test';
import { Rounds } from './rounds.ts';

function counted() {
  const ends: (() => void)[] = [];
  const rounds = new Rounds(async () => {
    const round = ends.length + 1;
    await new Promise<void>((resolve) => ends.push(resolve));
    return round;
  });
  return { ends, rounds };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('those who ask together share a round', async () => {
  const { ends, rounds } = counted();
  const asked = [rounds.next(), rounds.next(), rounds.next()];
  await turn();
  ends[0]?.();
  expect(await Promise.all(asked)).toEqual([1, 1, 1]);
});

test('whoever comes while a round runs gets the next', async () => {
  const { ends, rounds } = counted();
  const first = rounds.next();
  await turn();
  const later = [rounds.next(), rounds.next()];
  await turn();
  expect(ends.length).toBe(1);
  ends[0]?.();
  expect(await first).toBe(1);
  await turn();
  expect(ends.length).toBe(2);
  ends[1]?.();
  expect(await Promise.all(later)).toEqual([2, 2]);
});

test('a round that fails tells those who wait for it, and the next goes on', async () => {
  let fails = true;
  const rounds = new Rounds(async () => {
    if (fails) throw new Error('no');
    return 'yes';
  });
  await expect(rounds.next()).rejects.toThrow('no');
  fails = false;
  expect(await rounds.next()).toBe('yes');
});
