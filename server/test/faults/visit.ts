import type { TestApp } from '../start-app.ts';
import { SHARES } from './data-dir.ts';
import { pause, type Tally, Visitors } from './visitors.ts';

/** Follows links until at least `n` redirects have come, lets the last ones come, and returns exact numbers by code. */
export async function visit(app: Pick<TestApp, 'port'>, n: number): Promise<Map<string, Tally>> {
  const visitors = new Visitors({ codes: SHARES, connections: 8 });
  try {
    visitors.visit(app.port);
    const deadline = performance.now() + 20_000;
    while (visitors.total.redirected < n) {
      if (performance.now() > deadline) throw new Error(`only ${visitors.total.redirected} of ${n} redirects in time`);
      await pause(5);
    }
    await visitors.leave();
  } finally {
    await visitors.leave(0);
  }
  if (visitors.cutOff > 0 || visitors.otherAnswers.size > 0)
    throw new Error('a request was not answered with a redirect');
  return visitors.tallies;
}

/** Adds up by code. */
export function sum(...parts: ReadonlyMap<string, number | Tally>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const part of parts) {
    for (const [code, n] of part) total.set(code, (total.get(code) ?? 0) + (typeof n === 'number' ? n : n.redirected));
  }
  return total;
}
