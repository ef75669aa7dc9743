import { expect, test } from 'bun:test';
import type { Event } from '@waymark/contract/v1/events';
import { historyRows, mergedEvents } from './history-rows.ts';

const event = (id: number, type: string, details: Record<string, unknown> = {}): Event => ({
  id: String(id),
  linkId: '1',
  userId: null,
  type,
  at: new Date(id * 1000).toISOString(),
  details,
});

test('clicks in a row are one line from the first to the last of them', () => {
  const rows = historyRows([event(9, 'click'), event(8, 'click'), event(7, 'opened'), event(6, 'click')]);
  expect(rows).toMatchObject([
    { kind: 'clicks', count: 2, first: event(8, '').at, last: event(9, '').at },
    { kind: 'event', event: { id: '7' } },
    { kind: 'clicks', count: 1, first: event(6, '').at, last: event(6, '').at },
  ]);
});

test('an update says what was before, as far as older events tell', () => {
  const rows = historyRows([
    event(5, 'updated', { field: 'title', new_value: 'Third' }),
    event(4, 'updated', { field: 'original_url', new_value: 'https://b.example/' }),
    event(3, 'updated', { field: 'title', new_value: 'Second' }),
    event(1, 'created', { original_url: 'https://a.example/' }),
  ]);
  expect(rows.map((row) => (row.kind === 'event' ? row.before : null))).toEqual([
    'Second',
    'https://a.example/',
    undefined,
    undefined,
  ]);
});

test('lists are merged no further than the shortest of them is known', () => {
  const merged = mergedEvents([
    { events: [event(9, 'updated'), event(5, 'updated')], hasMore: true },
    { events: [event(7, 'restored')], hasMore: false },
    { events: [event(1, 'created')], hasMore: false },
  ]);
  expect(merged.map(({ id }) => id)).toEqual(['9', '7', '5']);
  expect(mergedEvents([{ events: [event(1, 'created')], hasMore: false }])).toHaveLength(1);
});
