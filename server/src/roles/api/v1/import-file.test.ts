import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { AppError } from '../../../platform/app-error.ts';
import { guessMapping, openImportFile, previewImport } from './import-file.ts';
import { rowReader } from './import-row.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const own = (host: string) => host === 'go.example.com';

test.each([
  [['Long URL', 'Custom Back-Half', 'Title'], { url: 'Long URL', code: 'Custom Back-Half', title: 'Title' }],
  [['original_url', 'short_code', 'is_active'], { url: 'original_url', code: 'short_code', active: 'is_active' }],
  [['Destination', 'Alias', 'Expires At'], { url: 'Destination', code: 'Alias', expiresAt: 'Expires At' }],
  [['foo', 'bar'], {}],
])('columns %j are recognised by their names', (columns, mapping) => {
  expect(guessMapping(columns)).toEqual(mapping);
});

test('every column has a name of its own', () => {
  const { columns } = openImportFile(bytes('\ufeffurl,,url, url \nhttps://a.example,1,2,3\n'));
  expect(columns).toEqual(['url', 'column 2', 'url (2)', 'url (3)']);
});

describe('a row becomes a link, or says why not', () => {
  const columns = ['url', 'code', 'title', 'active', 'expiresAt', 'redirectStatus'];
  const mapping = Object.fromEntries(columns.map((column) => [column, column]));
  const read = (values: string[]) => {
    const step = rowReader(columns, mapping, own)({ row: 1, values });
    return 'error' in step ? step.error : step.link;
  };

  test('with everything in it', () => {
    expect(read([' https://example.com/a ', 'spring', 'Sale', 'no', '2030-01-31 10:00', '308'])).toEqual({
      domainId: 1,
      code: 'spring',
      url: 'https://example.com/a',
      title: 'Sale',
      active: false,
      expiresAt: Date.UTC(2030, 0, 31, 10),
      redirectStatus: 308,
      ownerId: null,
    });
    expect(read(['https://example.com/a'])).toMatchObject({ code: null, title: null, active: true, expiresAt: null });
  });

  test.each([
    [[''], 'url: is missing'],
    [['ftp://example.com'], 'url: must be an absolute http or https URL with a host'],
    [['https://go.example.com/x'], 'url: leads to this service itself'],
    [['https://a.example', 'x'], 'code: must be 3 to 64 of A-Z a-z 0-9 _ -, and not digits alone'],
    [['https://a.example', 'api'], 'code: belongs to the service itself'],
    [['https://a.example', '', 'x'.repeat(256)], 'title: is over 255 characters'],
    [['https://a.example', '', '', 'perhaps'], 'active: must be true or false'],
    [['https://a.example', '', '', '', '2030-02-30'], 'expiresAt: must be a time like 2026-04-03T12:00:00Z'],
    [['https://a.example', '', '', '', '', '200'], 'redirectStatus: must be 301, 302, 307 or 308'],
  ])('%j: %s', (values, message) => {
    expect(read(values)).toBe(message);
  });
});

test('a look through a file counts rows, and names codes that it has twice', async () => {
  const file = openImportFile(bytes('url,code\nhttps://a.example,one\n\n"broken\nhttps://b.example,one\nnope,two\n'));
  const preview = await previewImport(file, guessMapping(file.columns), own);
  expect(preview.rowCount).toBe(4);
  expect(preview.problems).toEqual([
    { row: 2, message: 'a quote is never closed' },
    { row: 3, message: 'code: is that of row 1' },
    { row: 4, message: 'url: must be an absolute http or https URL with a host' },
  ]);
  expect(preview.sampleRows[0]).toEqual({ row: 1, values: { url: 'https://a.example', code: 'one' } });
});

test('no bytes make it fail in any other way than by naming the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc
          .string({ unit: fc.constantFrom('u', 'r', 'l', ',', '"', '\n', '\r', ' ', '\t', 'é', '💥'), maxLength: 200 })
          .map(bytes),
      ),
      async (content) => {
        try {
          const file = openImportFile(new Uint8Array(content));
          const preview = await previewImport(file, guessMapping(file.columns), own);
          expect(preview.problemCount).toBeLessThanOrEqual(preview.rowCount);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).details[0]?.field).toBe('file');
        }
      },
    ),
    { numRuns: 300 },
  );
});
