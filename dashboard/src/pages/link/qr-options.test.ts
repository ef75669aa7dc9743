import { expect, test } from 'bun:test';
import { QR_DEFAULT, qrUrl, qrWarnings } from './qr-options.ts';

test.each([
  [{}, []],
  [{ dark: '#14613a' }, []],
  [{ dark: '#999999' }, ['contrast']],
  [{ dark: '#ffffff', light: '#000000' }, ['inverted']],
  [{ dark: '#eeeeee', light: '#cccccc', margin: 1 }, ['inverted', 'contrast', 'margin']],
] as const)('of %p readers are warned of %p', (choice, warnings) => {
  expect(qrWarnings({ ...QR_DEFAULT, ...choice })).toEqual([...warnings]);
});

test('the address carries colours without their sign', () => {
  expect(qrUrl('7', 'svg', QR_DEFAULT)).toBe(
    '/api/v1/links/7/qr?format=svg&size=512&margin=4&dark=000000&light=ffffff&ecc=M',
  );
});
