import { expect, test } from 'bun:test';
import { csvText } from './csv.ts';

test('values with commas, quotes and line ends are quoted', () => {
  expect(
    csvText(
      ['a', 'b'],
      [
        ['x,y', 'say "hi"'],
        ['two\nlines', null],
      ],
    ),
  ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"two\nlines",\r\n');
});

test('a text that a spreadsheet would run is made harmless, a number is left alone', () => {
  expect(csvText(['a', 'b'], [['=HYPERLINK("x")', -1]])).toBe('a,b\r\n"\'=HYPERLINK(""x"")",-1\r\n');
});
