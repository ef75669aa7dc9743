import { expect, test } from 'bun:test';
import { parseSignal, signalTexts } from './signal-text.ts';
import type { Signal } from './signals.ts';

test('signals come out of their texts as they went in', () => {
  const signals: Signal[] = [
    { kind: 'links_changed' },
    { kind: 'keys_changed' },
    { kind: 'applied', edgeId: 'e', epoch: 'p', seq: 7 },
    { kind: 'settle_asked', ask: 'a' },
    { kind: 'settle_asked', ask: 'a', urgent: true },
    { kind: 'settle_answered', ask: 'a', edgeId: 'e', acceptedSeq: 9 },
    { kind: 'clicks_committed', edgeIds: ['e', 'f'] },
  ];
  for (const signal of signals) expect(signalTexts(signal).map(parseSignal)).toEqual([signal]);
});

test('a long signal is cut into texts that fit a NOTIFY', () => {
  const edgeIds = Array.from({ length: 1000 }, (_, n) => n.toString(16).padStart(32, '0'));
  const texts = signalTexts({ kind: 'clicks_committed', edgeIds });
  for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThan(8000);
  const parsed = texts.map(parseSignal);
  expect(parsed.flatMap((signal) => (signal?.kind === 'clicks_committed' ? signal.edgeIds : []))).toEqual(edgeIds);
});

test.each([
  'null',
  '7',
  '"links_changed"',
  '{',
  '{}',
  '{"kind":"toString"}',
  '{"kind":"of a later release"}',
  '{"kind":"applied","edgeId":"e","epoch":"p"}',
  '{"kind":"applied","edgeId":"e","epoch":"p","seq":1.5}',
  '{"kind":"settle_asked"}',
  '{"kind":"settle_answered","ask":"a","edgeId":"e","acceptedSeq":"9"}',
  '{"kind":"clicks_committed","edgeIds":[1]}',
])('%s is no signal', (text) => expect(parseSignal(text)).toBeNull());
