import { expect, test } from 'bun:test';
import { REPEAT_WINDOW_MS, Repeats } from './repeats.ts';

const click = (seq: number, at: number, linkId = 1) => ({ seq, at, linkId });

test('the same visitor on the same link repeats within ten seconds of the click that counted', () => {
  const repeats = new Repeats();
  expect(repeats.isRepeat(click(1, 1000), 7)).toBe(false);
  expect(repeats.isRepeat(click(2, 1000 + REPEAT_WINDOW_MS - 1), 7)).toBe(true);
  expect(repeats.isRepeat(click(3, 1000 + REPEAT_WINDOW_MS), 7)).toBe(false);
});

test('another visitor or another link is no repeat', () => {
  const repeats = new Repeats();
  expect(repeats.isRepeat(click(1, 1000), 7)).toBe(false);
  expect(repeats.isRepeat(click(2, 1000), 8)).toBe(false);
  expect(repeats.isRepeat(click(3, 1000, 2), 7)).toBe(false);
  expect(repeats.isRepeat(click(4, 1000, 2 ** 31 - 1), 7)).toBe(false);
});

test('steady reloading counts once in ten seconds', () => {
  const repeats = new Repeats();
  const counted = Array.from({ length: 60 }, (_, second) => repeats.isRepeat(click(second + 1, second * 1000), 7));
  expect(counted.filter((repeat) => !repeat)).toHaveLength(6);
});

test('a clock that steps back still finds the repeat', () => {
  const repeats = new Repeats();
  repeats.isRepeat(click(1, 60_000), 7);
  expect(repeats.isRepeat(click(2, 55_000), 7)).toBe(true);
  expect(repeats.isRepeat(click(3, 20_000), 7)).toBe(false);
});

test('a run of clicks that is enriched again gets the same answers', () => {
  const repeats = new Repeats();
  const run = Array.from({ length: 500 }, (_, i) => ({ ...click(i + 1, i * 300, 1 + (i % 3)), visitor: i % 7 }));
  const answers = () => run.map((each) => repeats.isRepeat(each, each.visitor));
  const first = answers();
  expect(first).toContain(true);
  expect(answers()).toEqual(first);
});

test('at the limit the oldest is forgotten and the newest known', () => {
  const repeats = new Repeats(4);
  for (let visitor = 1; visitor <= 5; visitor++) repeats.isRepeat(click(visitor, 1000), visitor);
  expect(repeats.isRepeat(click(6, 1000), 5)).toBe(true);
  expect(repeats.isRepeat(click(7, 1000), 2)).toBe(true);
  expect(repeats.isRepeat(click(8, 1000), 1)).toBe(false);
});
