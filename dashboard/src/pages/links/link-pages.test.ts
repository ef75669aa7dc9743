import { expect, test } from 'bun:test';
import type { Link } from '@waymark/contract/v1/links';
import { type LinkPages, withLinks, withLinksBack, withoutLinks } from './link-pages.ts';

const link = (id: string, title: string | null = null) => ({ id, title }) as Link;
const pages = (...of: string[]): LinkPages => ({
  pages: of.map((ids) => ({ data: [...ids].map((id) => link(id)), nextCursor: null })),
  pageParams: of.map(() => undefined),
});
const shown = ({ pages: all }: LinkPages) => all.map(({ data }) => data.map(({ id }) => id).join(''));

test('a changed link takes the place of the old one, and other pages stay as they are', () => {
  const before = pages('abc', 'def');
  const after = withLinks(before, new Map([['e', link('e', 'E')]]));
  expect(after.pages[1]?.data[1]?.title).toBe('E');
  expect(after.pages[0]).toBe(before.pages[0]);
});

test('links that were taken out come back where they were', () => {
  const before = pages('abc', 'def');
  const { pages: after, taken } = withoutLinks(before, new Set(['a', 'c', 'd']));
  expect(shown(after)).toEqual(['b', 'ef']);
  expect(shown(withLinksBack(after, taken))).toEqual(['abc', 'def']);
});

test('a link that is there already does not come twice', () => {
  const before = pages('abc');
  const { taken } = withoutLinks(before, new Set(['b']));
  expect(shown(withLinksBack(before, taken))).toEqual(['abc']);
});
