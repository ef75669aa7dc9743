import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { many, one, parseSearch, stringifySearch } from './search-params.ts';

test('an address is read as people write it', () => {
  expect(parseSearch('?q=spring&filter=country:DE&filter=device:mobile')).toEqual({
    q: 'spring',
    filter: ['country:DE', 'device:mobile'],
  });
});

test('what is empty or absent stays out of the address', () => {
  expect(stringifySearch({ q: '', sort: undefined, filter: [] })).toBe('');
  expect(stringifySearch({ q: 'a b', filter: ['country:DE', 'x:y'] })).toBe('?q=a+b&filter=country%3ADE&filter=x%3Ay');
});

test('any texts come back as they were', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), text, (values, single) => {
      const back = parseSearch(stringifySearch({ values, single }));
      expect(many(back, 'values')).toEqual(values);
      expect(one(back, 'single')).toBe(single);
    }),
  );
});

test('a name that is given twice has a first value, and one that is not given has none', () => {
  expect(one({ q: ['a', 'b'] }, 'q')).toBe('a');
  expect(one({}, 'q')).toBeUndefined();
  expect(many({ q: 7 }, 'q')).toEqual([]);
});
