import { expect, test } from 'bun:test';
import type { LinkId, ReplicaLink } from './link.ts';
import { FallbackLookups } from './unknown-codes.ts';

const link: ReplicaLink = {
  id: 1 as LinkId,
  code: 'a',
  url: 'https://example.com/',
  urlVersion: 1,
  redirectStatus: 302,
  active: true,
  expiresAt: null,
  quarantineReason: null,
};

function start(limits = {}) {
  const time = { now: 1000 };
  const asked: string[] = [];
  const answers = new Map<string, ReplicaLink | null | Promise<ReplicaLink | null>>();
  const lookups = new FallbackLookups({
    async load(_, code) {
      asked.push(code);
      return answers.get(code) ?? null;
    },
    now: () => time.now,
    limits,
  });
  return { lookups, asked, answers, time };
}

test('a code is asked for once at a time, whoever waits for it', async () => {
  const { lookups, asked, answers } = start();
  const gate = Promise.withResolvers<ReplicaLink>();
  answers.set('a', gate.promise);
  const both = [lookups.lookup(1, 'a'), lookups.lookup(1, 'a')];
  gate.resolve(link);
  expect(await Promise.all(both)).toEqual([link, link]);
  expect(asked).toEqual(['a']);
});

test('a code that does not exist is asked for once in a second, or when it is made', async () => {
  const { lookups, asked, answers, time } = start();
  expect(await lookups.lookup(1, 'a')).toBeNull();
  time.now += 999;
  expect(lookups.lookup(1, 'a')).toBeNull(); // At once: no promise.
  time.now += 1;
  expect(await lookups.lookup(1, 'a')).toBeNull();
  expect(asked).toEqual(['a', 'a']);
  answers.set('a', link);
  lookups.forget([[1, 'a']]);
  expect(await lookups.lookup(1, 'a')).toEqual(link);
});

test('what is remembered of absent codes is bounded, the oldest going first', async () => {
  const { lookups, asked } = start({ absentMax: 2 });
  for (const code of ['a', 'b', 'c']) await lookups.lookup(1, code);
  for (const code of ['b', 'c', 'a']) await lookups.lookup(1, code);
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

test('beyond the bound of those that wait a code is unavailable at once', async () => {
  const { lookups, answers } = start({ waitingMax: 1 });
  answers.set('a', new Promise(() => {}));
  void lookups.lookup(1, 'a');
  expect(lookups.lookup(1, 'b')).toBe('unavailable');
});

test('a failed or late answer is unavailable, never unknown, and nothing is remembered of it', async () => {
  const { lookups, asked, answers } = start({ answerMs: 5 });
  answers.set('a', Promise.reject(new Error('away')));
  expect(await lookups.lookup(1, 'a')).toBe('unavailable');
  answers.set('a', new Promise(() => {}));
  expect(await lookups.lookup(1, 'a')).toBe('unavailable');
  answers.set('a', link);
  expect(await lookups.lookup(1, 'a')).toEqual(link);
  expect(asked).toHaveLength(3);
  expect(lookups.lookup(1, 'x'.repeat(65))).toBeNull();
});
