import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { RESERVED_CODES } from '../contract/src/reserved.ts';
import { root } from './lib/repository.mjs';
import { nginxRoutes, ROUTES_FILE } from './make-nginx-routes.mjs';

test('the routes of nginx name the reserved codes of the contract', () => {
  expect(readFileSync(`${root}/${ROUTES_FILE}`, 'utf8')).toBe(nginxRoutes(RESERVED_CODES));
});
