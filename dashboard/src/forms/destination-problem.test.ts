import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import de from '../i18n/de/link.json';
import en from '../i18n/en/link.json';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('every sentence with a translation is one that the server says', () => {
  const server = read('../../../server/src/links/destination.ts');
  const table = /DESTINATION_PROBLEMS = \{(.*?)\}/s.exec(read('./destination-problem.ts'))?.[1] ?? '';
  const sentences = [...table.matchAll(/^ {2}'(.+?)': '(\w+)'/gm)].map(([, sentence = '']) => sentence);
  expect(sentences.length).toBe(5);
  for (const sentence of sentences) expect(server).toContain(`'${sentence}'`);
});

test('both languages word the same problems', () => {
  expect(Object.keys(de.form.url.problems)).toEqual(Object.keys(en.form.url.problems));
});
