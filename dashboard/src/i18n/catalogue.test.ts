import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { de } from './de.ts';
import { en } from './en.ts';

const SOURCE = join(import.meta.dirname, '..');
const OTHERS = { de };

/** Every text by its dotted key. */
function texts(catalogue: object, before = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(catalogue)) {
    if (typeof value === 'string') found.set(before + name, value);
    else for (const [key, text] of texts(value as object, `${before}${name}.`)) found.set(key, text);
  }
  return found;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name ?? '').sort();
const english = texts(en);

describe.each(Object.entries(OTHERS))('the texts in %s', (_, other) => {
  const translated = texts(other);

  test('lack none of the English ones, and have none of their own', () => {
    expect([...english.keys()].filter((key) => !translated.has(key))).toEqual([]);
    expect([...translated.keys()].filter((key) => !english.has(key))).toEqual([]);
  });

  test('say something, with the same values in them', () => {
    for (const [key, text] of translated) {
      expect(text.trim()).not.toBe('');
      expect({ key, placeholders: placeholders(text) }).toEqual({
        key,
        placeholders: placeholders(english.get(key) ?? ''),
      });
    }
  });
});

test('every key that the code names is in the catalogue, and every text is used', () => {
  const source = sourceFiles(SOURCE).map((file) => readFileSync(file, 'utf8'));
  const all = source.join('\n');
  const plain = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
  const known = new Set([...english.keys()].map(plain));
  const named = [...all.matchAll(/\bt\(\s*'([\w.]+)'/g)].map(([, key]) => key ?? '');
  expect(named.filter((key) => !known.has(key))).toEqual([]);
  // Keys that are put together: t(`home.status.${name}`).
  const starts = [...all.matchAll(/`([\w.]+\.)\$\{/g)].map(([, start]) => start ?? '');
  const quoted = new Set([...all.matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)].map(([, key]) => key));
  const unused = [...known].filter((key) => !quoted.has(key) && !starts.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}
