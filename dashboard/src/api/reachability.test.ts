import { expect, test } from 'bun:test';
import { ApiError } from '@waymark/contract/client';
import { Reachability } from './reachability.ts';

const told = { requestId: null, errors: [], retryAfterSeconds: null };
const UNREACHABLE = new ApiError('no answer', { ...told, code: 'unreachable', status: 0 });
const REFUSED = new ApiError('no', { ...told, code: 'forbidden', status: 403 });

/** A server that gives `answers` in turn, then good ones. */
function around(answers: (Error | null)[]) {
  const waiting: (() => void)[] = [];
  const seen = { asked: 0, back: 0 };
  const reachability = new Reachability({
    ask: async () => {
      const answer = answers[seen.asked++] ?? null;
      if (answer !== null) throw answer;
    },
    after: (_, act) => void waiting.push(act),
    onBack: () => seen.back++,
  });
  const pass = async () => {
    waiting.shift()?.();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { reachability, seen, waiting, pass };
}

test('a server that gives no answer is asked until it does, and then all is asked again', async () => {
  const { reachability, seen, waiting, pass } = around([UNREACHABLE, UNREACHABLE]);
  reachability.heard(UNREACHABLE);
  reachability.heard(UNREACHABLE);
  expect([reachability.isAway(), waiting.length]).toEqual([true, 1]);
  await pass();
  await pass();
  expect([reachability.isAway(), seen.asked, seen.back]).toEqual([true, 2, 0]);
  await pass();
  expect([reachability.isAway(), seen.asked, seen.back, waiting.length]).toEqual([false, 3, 1, 0]);
});

test('a refusal is an answer: the server is there', () => {
  const { reachability, seen } = around([]);
  reachability.heard(UNREACHABLE);
  reachability.heard(REFUSED);
  expect([reachability.isAway(), seen.back]).toEqual([false, 1]);
});

test('an answer to another question ends the asking', async () => {
  const { reachability, seen, pass } = around([]);
  reachability.heard(UNREACHABLE);
  reachability.heard(null);
  await pass();
  expect(seen.asked).toBe(0);
});

test('what is no answer of the API changes nothing', () => {
  const { reachability } = around([]);
  reachability.heard(UNREACHABLE);
  reachability.heard(new TypeError('a mistake of the page'));
  expect(reachability.isAway()).toBe(true);
});
