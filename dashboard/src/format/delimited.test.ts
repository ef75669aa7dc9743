import { expect, test } from 'bun:test';
import { toCsv, toTabs } from './delimited.ts';

test('cells with commas, quotes or lines are quoted', () => {
  expect(
    toCsv([
      ['Value', 'Clicks'],
      ['a,b', 3],
      ['say "hi"', 0],
      ['two\nlines', 1],
    ]),
  ).toBe('Value,Clicks\r\n"a,b",3\r\n"say ""hi""",0\r\n"two\nlines",1\r\n');
});

test('no cell runs as a formula, and numbers stay numbers', () => {
  expect(toCsv([['=1+1', '@x', -4]])).toBe("'=1+1,'@x,-4\r\n");
  expect(toTabs([['+a', 'b\tc', -1]])).toBe("'+a\tb c\t-1");
});
