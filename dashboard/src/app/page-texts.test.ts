import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { en } from '../i18n/en.ts';

const ROUTER = join(import.meta.dirname, 'router.tsx');
/** Loaded before any page. Source: i18n/index.ts. */
const EVERYWHERE = ['common', 'errors', 'shell'];

const quoted = (list: string) => [...list.matchAll(/'(\w+)'/g)].map(([, area]) => area ?? '');

/** Every page with the areas of texts that it waits for. */
const pages = [...readFileSync(ROUTER, 'utf8').matchAll(/withTexts\(\[([^\]]*)\], \(\) => import\('([^']+)'\)/g)].map(
  ([, areas = '', page = '']) => ({ page, areas: quoted(areas) }),
);

/** A file with all that it imports, at once or later. */
function filesOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  const source = readFileSync(file, 'utf8').replaceAll(/^import type .*$/gm, '');
  for (const [, path = ''] of source.matchAll(/(?:from|import\() ?'(\.[^']+\.tsx?)'/g))
    filesOf(join(dirname(file), path), found);
  return found;
}

/** Areas that a file loads itself, with a window that is opened later. */
function loadedLater(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/loadTexts\(\[([^\]]*)\]/g)].flatMap(([, list = '']) => quoted(list));
}

/** Areas whose texts a file names, whole or put together. */
function areasOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return Object.keys(en).filter((area) => new RegExp(`['\`]${area}\\.[a-zA-Z$]`).test(source));
}

test.each(pages)('the page $page waits for the texts of all that is on it, and for no others', ({ page, areas }) => {
  const files = [...filesOf(join(dirname(ROUTER), page))].filter((file) => !file.includes('/i18n/'));
  const named = new Set(files.flatMap(areasOf));
  const given = [...EVERYWHERE, ...areas, ...files.flatMap(loadedLater)];
  expect([...named].filter((area) => !given.includes(area))).toEqual([]);
  expect(areas.filter((area) => !named.has(area))).toEqual([]);
});
