import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { cutPage, decodeCursor, encodeCursor, isPositiveId } from './cursor.ts';

const isId = (parts: unknown[]) => parts.length === 1 && isPositiveId(parts[0]);

test('a cursor reads back as what it was made of', () => {
  expect(decodeCursor<[number]>(encodeCursor([42]), isId)).toEqual([42]);
  expect(decodeCursor(undefined, isId)).toBeNull();
});

test('anything else is refused by the name of the parameter', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
      ),
      (text) => {
        fc.pre(!/^WzE?[A-Za-z0-9_-]*$/.test(text));
        expect(() => decodeCursor(text, isId)).toThrow('cursor');
      },
    ),
  );
  for (const text of [`${encodeCursor([42])}=`, encodeCursor([0]), encodeCursor([1, 2]), encodeCursor(['1']), '']) {
    expect(() => decodeCursor(text, isId)).toThrow('cursor');
  }
});

test('a page ends where there are no more rows than were asked for', () => {
  const cut = (rows: number[]) => cutPage(rows, 2, String, (row) => [row]);
  expect(cut([5, 4, 3])).toEqual({ data: ['5', '4'], nextCursor: encodeCursor([4]) });
  expect(cut([5, 4])).toEqual({ data: ['5', '4'], nextCursor: null });
  expect(cut([])).toEqual({ data: [], nextCursor: null });
});
