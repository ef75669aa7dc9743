import { expect } from 'bun:test';
import type { NginxServer } from '../../../src/commands/cluster/nginx-server.ts';
import { accessLog, retriesOf } from '../../../src/commands/cluster/waymark-nginx.ts';
import { shortCode } from '../../../src/links/short-path.ts';
import type { Tally } from '../visitors.ts';

/** How often nginx sent a request of each code to another edge, by its log. */
export function retriesByCode(nginx: Pick<NginxServer, 'read'>): Map<string, number> {
  const retries = new Map<string, number>();
  for (const line of accessLog(nginx)) {
    const code = shortCode(line.path);
    const n = retriesOf(line);
    if (code !== null && n > 0) retries.set(code, (retries.get(code) ?? 0) + n);
  }
  return retries;
}

/** A link whose clicks are out of bounds. */
export interface OutOfBounds {
  code: string;
  redirected: number;
  counted: number;
  sent: number;
  retries: number;
}

/** Links of which fewer clicks were counted than redirects arrived, or more than requests left, each retry being one. */
export function outOfBounds(
  clicks: ReadonlyMap<string, number>,
  tallies: ReadonlyMap<string, Tally>,
  retries: ReadonlyMap<string, number> = new Map(),
): OutOfBounds[] {
  return [...tallies]
    .map(([code, tally]) => ({ code, ...tally, counted: clicks.get(code) ?? 0, retries: retries.get(code) ?? 0 }))
    .filter(({ redirected, counted, sent, retries: n }) => counted < redirected || counted > sent + n);
}

/** For every link: redirects received ≤ clicks counted ≤ requests sent + retries of nginx. */
export function expectWithinBounds(...args: Parameters<typeof outOfBounds>): void {
  expect(outOfBounds(...args)).toEqual([]);
}
