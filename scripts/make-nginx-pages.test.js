import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import * as look from '../server/src/http/page.ts';
import { root } from './lib/repository.mjs';
import { nginxPages } from './make-nginx-pages.mjs';

test('the pages of nginx look like the server’s own', () => {
  for (const [path, text] of Object.entries(nginxPages(look))) {
    expect(readFileSync(`${root}/${path}`, 'utf8')).toBe(text);
    expect(Buffer.byteLength(text)).toBeLessThan(4000); // nginx reads a text of its configuration up to 4,096 bytes.
  }
});
