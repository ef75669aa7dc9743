import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Drill } from './drill.ts';
import type { Fault } from './faults.ts';

/** WAYMARK_FAULT_SCALE makes a longer run by hand; run-faults.ts runs one fault alone. */
const SCALE = Number(process.env.WAYMARK_FAULT_SCALE ?? 0.5);

/** One drill, each fault in it after the other, then `more`, and the count at the end. */
export function describeFaults(
  title: string,
  faults: Readonly<Record<string, Fault>>,
  { start = () => Drill.start(), more = () => {} }: { start?(): Promise<Drill>; more?(drill: () => Drill): void } = {},
): void {
  describe(title, () => {
    let drill: Drill;
    beforeAll(async () => {
      drill = await start();
    }, 120_000);
    afterAll(() => drill?.[Symbol.asyncDispose](), 60_000);

    for (const [name, fault] of Object.entries(faults)) {
      test(
        `${name}: every visit gets its redirect`,
        async () => {
          const before = drill.load.total.redirected;
          await fault(drill, { scale: SCALE });
          expect(Object.fromEntries(drill.load.failures)).toEqual({});
          expect(drill.load.total.redirected).toBeGreaterThan(before);
        },
        60_000 + 240_000 * SCALE,
      );
    }

    more(() => drill);

    test('after all of it every redirect is counted once, and every number follows from the clicks', async () => {
      const { wrong, ...outcome } = await drill.finish();
      console.log(JSON.stringify(outcome));
      expect(wrong).toEqual({ outOfBounds: [], discrepancies: [], edges: [] });
    }, 180_000);
  });
}
