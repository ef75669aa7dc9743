import { expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import type { System } from '@waymark/contract/v1/system';
import { linkAttention, systemAttention } from './attention.ts';

const NOW = Date.parse('2026-03-20T08:00:00.000Z');
const DAY = 86_400_000;
const at = (days: number) => new Date(NOW + days * DAY).toISOString();

const well = {
  clicks: { accepted: 10, committed: 9, discarded: 0, dead: 0, inFlight: 1, difference: 0, dropped: 0 },
  outbox: {
    edgeId: '00',
    depth: 1,
    bytes: 1000,
    bytesLeft: 1_000_000,
    secondsToFull: null,
    oldestAt: null,
    lastError: null,
  },
  edges: [],
  redis: 'off',
  ingestLagSeconds: 0.2,
  events: { sampleRate: 1, retentionDays: null, complete: true },
} as unknown as System;
const edge = { name: 'edge-1', inTouch: true, stopped: false } as System['edges'][number];

const kinds = (system: Partial<System>) => systemAttention({ ...well, ...system }).map(({ kind }) => kind);

test('an installation that is well has nothing to look at', () => {
  expect(systemAttention(well)).toEqual([]);
});

test('each fault of the installation is named, the worst first', () => {
  expect(kinds({ clicks: { ...well.clicks, difference: -2, dropped: 3, dead: 4 } })).toEqual([
    'lost',
    'dropped',
    'dead',
  ]);
  expect(kinds({ ingestLagSeconds: 31 })).toEqual(['lagging']);
  expect(kinds({ redis: 'away' })).toEqual(['redisAway']);
  expect(kinds({ events: { ...well.events, sampleRate: 0.5 } })).toEqual(['sampled']);
});

test('an outbox that is nearly full, or will be within a day, is named', () => {
  const outbox = well.outbox;
  if (outbox === null) throw new Error('the test needs an outbox');
  expect(kinds({ outbox: { ...outbox, bytes: 950_000, bytesLeft: 50_000 } })).toEqual(['outboxFilling']);
  expect(kinds({ outbox: { ...outbox, secondsToFull: 3600 } })).toEqual(['outboxFilling']);
  expect(kinds({ outbox: { ...outbox, secondsToFull: 864_000 } })).toEqual([]);
  expect(kinds({ outbox: { ...outbox, lastError: 'disk' } })).toEqual(['failing']);
});

test('edges are named that are out of touch or behind; one that was stopped is not missed', () => {
  expect(kinds({ edges: [{ ...edge, inTouch: false }] })).toEqual(['edgesAway']);
  expect(kinds({ edges: [{ ...edge, inTouch: false, stopped: true }] })).toEqual([]);
  expect(kinds({ edges: [{ ...edge, lagSeconds: 6 } as System['edges'][number]] })).toEqual(['edgesBehind']);
});

const link = (id: string, change: Partial<Link>): Link =>
  ({
    id,
    code: `code-${id}`,
    active: true,
    expiresAt: null,
    quarantineReason: null,
    lastClickAt: at(-1),
    ...change,
  }) as Link;

test('only links that are clicked lately and end, or are off, need a look', () => {
  const found = linkAttention(
    [
      link('1', {}),
      link('2', { expiresAt: at(3) }),
      link('3', { expiresAt: at(-3) }),
      link('4', { expiresAt: at(30) }),
      link('5', { expiresAt: at(-30) }),
      link('6', { expiresAt: at(3), lastClickAt: at(-30) }),
      link('7', { active: false }),
      link('8', { quarantineReason: 'phishing' }),
      link('2', { expiresAt: at(3) }),
    ],
    NOW,
  );
  expect(found.map(({ kind, link: named }) => [kind, named?.id])).toEqual([
    ['quarantined', '8'],
    ['expired', '3'],
    ['expires', '2'],
    ['inactive', '7'],
  ]);
});

test('of each kind at most five are named', () => {
  const many = Array.from({ length: 9 }, (_, i) => link(String(i), { active: false }));
  expect(linkAttention(many, NOW).length).toBe(5);
});
