import { expect, test } from 'bun:test';
import type { Event } from '@waymark/contract/v1/events';
import { newEvents, takeIn, without } from './activity-rows.ts';

const event = (id: number, change: Partial<Event> = {}): Event => ({
  id: String(id),
  linkId: '1',
  userId: null,
  type: 'click',
  at: '2026-03-20T08:00:00.000Z',
  details: {},
  ...change,
});
const page = (ids: number[], nextCursor: string | null = 'more') => ({ data: ids.map((id) => event(id)), nextCursor });
const list = (...pages: number[][]) => ({
  pages: pages.map((ids) => page(ids)),
  pageParams: pages.map(() => undefined),
});
const ids = (events: readonly Event[]) => events.map(({ id }) => Number(id));

test('what is above the list, or was overtaken by a live click, is new', () => {
  const found = newEvents(list([10, 9], [8]), page([13, 12, 11, 10]), [event(14), event(13)], {});
  expect(ids(found.events)).toEqual([14, 13, 12, 11]);
  expect(found.hasGap).toBe(false);
  const late = newEvents(list([12, 10]), page([12, 11, 10]), [], {});
  expect(ids(takeIn(list([12, 10]), undefined, late).pages[0]?.data ?? [])).toEqual([12, 11, 10]);
});

test('what is taken in twice is there once', () => {
  const found = newEvents(list([10]), page([11, 10]), [], {});
  const once = takeIn(list([10]), undefined, found);
  expect(takeIn(once, undefined, found)).toEqual(once);
});

test('what is below the list is not new', () => {
  expect(newEvents(list([10, 9]), page([10, 9, 8, 7]), [], {}).events).toEqual([]);
});

test('live clicks that the filter leaves out are left out', () => {
  const live = [event(20, { linkId: '2' }), event(21), event(22, { type: 'created' })];
  expect(ids(newEvents(list([10]), undefined, live, { link: '1', type: 'click' }).events)).toEqual([21]);
});

test('where more came than the newest page holds, that page becomes the list', () => {
  const newest = page([99, 98]);
  const found = newEvents(list([10, 9]), newest, [], {});
  expect(found.hasGap).toBe(true);
  expect(takeIn(list([10, 9], [8]), newest, found)).toEqual({ pages: [newest], pageParams: [undefined] });
});

test('a log that is read to its end has no gap', () => {
  expect(newEvents({ pages: [page([], null)], pageParams: [undefined] }, page([1], null), [], {})).toEqual({
    events: [event(1)],
    hasGap: false,
  });
});

test('a deleted event leaves the list', () => {
  expect(without(list([3, 2], [1]), '2').pages.map(({ data }) => ids(data))).toEqual([[3], [1]]);
});
