import { expect, test } from 'bun:test';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { AppError } from '../platform/app-error.ts';
import { csvRecords, readCsv } from './csv.ts';

const COLUMNS = ['id', 'name'];
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) =>
  [...readCsv(bytes(text), COLUMNS)].map((row) => ('error' in row ? row.error : [row.record.id, row.record.name]));

test.each([
  [
    'id,name\n1,a\n2,b\n',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  ],
  [
    '\ufeffid,name\r\n1,a\r\n2,b',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  ],
  [
    'id,name\r1,a\r2,b\r',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  ],
  [
    'id,name\r\n1,a\n2,b\r3,c',
    [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ],
  ],
  ['NAME , Id,other\na,1,x\n', [['1', 'a']]],
  ['"id","name"\n"1","a ""b"", c"\n', [['1', 'a "b", c']]],
  ['id,name\n1,"two\nlines"\n', [['1', 'two\nlines']]],
  ['id,name\n 1 , "a" \n', [[' 1 ', 'a']]],
  ['id,name\n1,5" disk\n', [['1', '5" disk']]],
  [
    '\n\nid,name\n\n1,a\n   \n2,b\n\n',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  ],
  ['id,name\n1\n', [['1', '']]],
  ['id,name\n1,a,,\n', [['1', 'a']]],
  ['id,name\n,\n', [['', '']]],
  ['id,name\n', []],
])('%p is read', (text, rows) => {
  expect(read(text)).toEqual(rows);
});

test.each([
  ['a row with too many values', 'id,name\n1,a,b\n2,b\n', ['has 3 values for 2 columns', ['2', 'b']]],
  ['a quote that goes on', 'id,name\n1,"a"b"\n2,b\n', ['a value goes on after its closing quote', ['2', 'b']]],
  ['a quote that is never closed', 'id,name\n1,"a\n2,b\n3,c', ['a quote is never closed', ['2', 'b'], ['3', 'c']]],
])('%s is told and the next row goes on', (_, text, rows) => {
  expect(read(text)).toEqual(rows);
});

test.each([
  ['nothing', ''],
  ['blank lines', '\n \n'],
  ['other columns', 'first,last\na,b\n'],
  ['a column that is missing', 'id\n1\n'],
  ['a column that comes twice', 'id,name,name\n1,a,b\n'],
  ['a broken header', 'id,"na"me\n1,a'],
  ['JSON', '{"id": 1}'],
])('%s is no table', (_, text) => {
  expect(() => read(text)).toThrow(AppError);
});

test('bytes that are no UTF-8 are refused', () => {
  expect(() => readCsv(new Uint8Array([0x69, 0x64, 0xff]), COLUMNS)).toThrow(AppError);
});

test('what csv-stringify writes is read back', () => {
  const field = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { maxLength: 20 }), (rows) => {
      const text = stringify(rows, { quoted: true, quoted_empty: true });
      const records = [...csvRecords(text)].map((record) => ('fields' in record ? record.fields : record));
      expect(records).toEqual(rows);
    }),
  );
});

test('any text at all is read to its end, quickly', () => {
  const sign = fc.constantFrom('"', ',', '\n', '\r', ' ', 'a');
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 200 }), (signs) => {
      const text = signs.join('');
      expect([...csvRecords(text)].length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
  const start = performance.now();
  for (const _ of csvRecords('"\n""'.repeat(500_000)));
  for (const _ of csvRecords(`${'"a"b\n'.repeat(300_000)}"`));
  expect(performance.now() - start).toBeLessThan(5000);
});
