import { expect, test } from 'bun:test';
import { csvParts } from './csv-parts.ts';

const parts = (text: string, bytesMax: number) =>
  [...csvParts(new TextEncoder().encode(text), bytesMax)].map((part) => new TextDecoder().decode(part));

test('a small file is one part, as it is', () => {
  expect(parts('a,b\n1,2\n', 100)).toEqual(['a,b\n1,2\n']);
});

test('a large one is cut between records, each part with the header', () => {
  expect(parts('a,b\n1,2\n3,4\n5,6\n', 12)).toEqual(['a,b\n1,2\n3,4\n', 'a,b\n5,6\n']);
});

test('a line end inside quotes is no place to cut', () => {
  expect(parts('a\r\n"x\r\n""y"\r\nz', 12)).toEqual(['a\r\n"x\r\n""y"\r\n', 'a\r\nz']);
});
