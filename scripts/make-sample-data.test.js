import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { sampleData } from './make-sample-data.mjs';

test.each(Object.entries(sampleData()))('the bundled %s is what the generator writes', (name, text) => {
  expect(readFileSync(new URL(`../server/data/sample/${name}`, import.meta.url), 'utf8')).toBe(text);
});
