import { expect, test } from 'bun:test';
import { parseEventRow, parseLinkRow, parseUserRow } from './import-parser.ts';

const anyUrl = (url: string) => ({ ok: true as const, url });
const noUrl = () => ({ ok: false as const, message: 'must be an http(s) URL' });
const link = { short_code: 'abc123', original_url: 'https://example.com/' };
const event = { url_id: '7', event_type: 'view' };

test('blanks around values are trimmed and blank columns are absent', () => {
  const parsed = parseUserRow(3, { id: ' 12 ', username: ' ann ', email: '\tann@example.com', created_at: '' });
  expect(parsed).toEqual({
    ok: true,
    value: { row: 3, id: 12, username: 'ann', email: 'ann@example.com', createdAt: null },
  });
});

const times: [string, string | null][] = [
  ['2026-04-03 12:00:00', '2026-04-03T12:00:00.000Z'],
  ['2026-04-03T12:00:00', '2026-04-03T12:00:00.000Z'],
  ['2026-04-03T12:00:00.5Z', '2026-04-03T12:00:00.500Z'],
  ['2026-04-03T12:00:00+02:00', '2026-04-03T10:00:00.000Z'],
  ['2026-04-03 12:00:00 -0530', '2026-04-03T17:30:00.000Z'],
  ['2026-04-03T12:00', '2026-04-03T12:00:00.000Z'],
  ['2026-04-03', '2026-04-03T00:00:00.000Z'],
  ['2026-02-30 12:00:00', null],
  ['2026-13-01 12:00:00', null],
  ['2026-04-03 25:00:00', null],
  ['yesterday', null],
  ['1775217600', null],
];

test.each(times)('the time %p reads as %p', (value, iso) => {
  const parsed = parseUserRow(1, { username: 'a', email: 'b', created_at: value });
  if (iso === null)
    expect(parsed).toMatchObject({ ok: false, error: { row: 1, error: expect.stringContaining('created_at') } });
  else expect(parsed).toMatchObject({ ok: true, value: { createdAt: Date.parse(iso) } });
});

const flags: [string, boolean | null][] = [
  ['True', true],
  ['FALSE', false],
  ['1', true],
  ['0', false],
  ['', true],
  ['yes', null],
];

test.each(flags)('the flag %p reads as %p', (value, active) => {
  const parsed = parseLinkRow(1, { ...link, is_active: value }, anyUrl);
  if (active === null)
    expect(parsed).toMatchObject({ ok: false, error: { error: expect.stringContaining('is_active') } });
  else expect(parsed).toMatchObject({ ok: true, value: { active } });
});

test.each(['0', '-1', '2147483648', '1.5', '1e3', 'x'])('the id %p is refused', (id) => {
  expect(parseUserRow(1, { id, username: 'a', email: 'b' })).toMatchObject({
    ok: false,
    error: { error: expect.stringContaining('id') },
  });
});

test('the largest id is read', () => {
  expect(parseUserRow(1, { id: '2147483647', username: 'a', email: 'b' })).toMatchObject({
    ok: true,
    value: { id: 2_147_483_647 },
  });
});

test.each(['12345', 'no good', 'health', ''])('the code %p is refused', (short_code) => {
  expect(parseLinkRow(1, { ...link, short_code }, anyUrl)).toMatchObject({
    ok: false,
    error: { error: expect.stringContaining('short_code') },
  });
});

test('a destination that is none is refused by name', () => {
  expect(parseLinkRow(4, link, noUrl)).toEqual({
    ok: false,
    error: { row: 4, error: 'original_url: must be an http(s) URL' },
  });
});

const details: [string, boolean][] = [
  ['{"a": 1}', true],
  ['', true],
  ['[]', false],
  ['null', false],
  ['"x"', false],
  ['{', false],
  ['{"a": "\\u0000"}', false],
  ['{"a": "\\ud800"}', false],
  ['{"a": "\\\\u0000"}', true],
  ['{"a": "😀"}', true],
];

test.each(details)('details %p are read: %p', (value, ok) => {
  expect(parseEventRow(1, { ...event, details: value }).ok).toBe(ok);
});

test('an event without a url_id is refused', () => {
  expect(parseEventRow(9, { ...event, url_id: '' })).toEqual({
    ok: false,
    error: { row: 9, error: 'url_id: is missing' },
  });
});
