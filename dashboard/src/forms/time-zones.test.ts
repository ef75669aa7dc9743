import { expect, test } from 'bun:test';
import { matchingZones, offsetName, timeZones } from './time-zones.ts';

test('zones are found by their words in any order', () => {
  expect(matchingZones(timeZones(), 'new york')).toEqual(['America/New_York']);
  expect(matchingZones(timeZones(), 'berlin europe')).toEqual(['Europe/Berlin']);
  expect(matchingZones(timeZones(), '')[0]).toBe('UTC');
});

test('an offset is named as of its instant', () => {
  const winter = Date.parse('2026-01-01T00:00:00Z');
  expect(offsetName('Europe/Berlin', winter)).toBe('UTC+1');
  expect(offsetName('Europe/Berlin', Date.parse('2026-07-01T00:00:00Z'))).toBe('UTC+2');
  expect(offsetName('Asia/Kathmandu', winter)).toBe('UTC+5:45');
  expect(offsetName('America/St_Johns', winter)).toBe('UTC−3:30');
  expect(offsetName('UTC', winter)).toBe('UTC');
});
