import { expect, test } from 'bun:test';
import { preferredLanguage } from './language.ts';

test.each([
  ['', ''],
  ['en-US,en;q=0.9', 'en'],
  ['DE', 'de'],
  ['fr;q=0.3, pt-BR;q=0.8, es;q=0.8', 'pt'],
  ['*;q=0.9, nl;q=0.5', 'nl'],
  ['*', ''],
  ['en;q=0', ''],
  ['en;q=0, da', 'da'],
  ['en;q=7', 'en'],
  ['en;q=.', ''],
  ['fil-PH', 'fil'],
  ['zh_CN', 'zh'],
  ['i-klingon', ''],
  ['english', ''],
  ['x', ''],
  [' sv ; q = 0.4 ', 'sv'],
  ['<script>', ''],
])('Accept-Language %j asks for %j', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});
