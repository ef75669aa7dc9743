import { expect, test } from 'bun:test';
import { pendingOf, stillPending, sumOf } from './today-count.ts';

const at = (second: number) => new Date(Date.UTC(2026, 2, 20, 8, 0, second)).toISOString();
const click = (second: number, quality: string) => ({
  id: String(second),
  linkId: '1',
  userId: null,
  type: 'click',
  at: at(second),
  details: { quality },
});

test('only clicks after the total was taken add to it', () => {
  const events = [click(1, 'human'), click(3, 'human'), click(4, 'bot')];
  expect(pendingOf({ events, skipped: 0 }, Date.parse(at(2)))).toEqual({ at: Date.parse(at(4)), human: 1, all: 2 });
  expect(pendingOf({ events, skipped: 5 }, Date.parse(at(9)))).toBeNull();
});

test('clicks that were skipped count among all, for nobody knows what they were', () => {
  expect(pendingOf({ events: [click(3, 'human')], skipped: 7 }, 0)).toMatchObject({ human: 1, all: 8 });
});

test('a newer total takes over what was pending', () => {
  const pending = [click(1, 'human'), click(2, 'bot'), click(5, 'human')].flatMap(
    (event) => pendingOf({ events: [event], skipped: 0 }, 0) ?? [],
  );
  expect(sumOf(pending)).toEqual({ human: 2, all: 3 });
  expect(sumOf(stillPending(pending, Date.parse(at(2))))).toEqual({ human: 1, all: 1 });
});
