import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Drill } from './drill.ts';
import { FAULTS } from './faults.ts';

/** WAYMARK_FAULT_SCALE makes a longer run by hand; run-faults.ts runs one fault alone. */
const SCALE = Number(process.env.WAYMARK_FAULT_SCALE ?? 0.5);

describe('one cluster under load, and one fault after the other', () => {
  let drill: Drill;
  beforeAll(async () => {
    drill = await Drill.start();
  }, 120_000);
  afterAll(() => drill?.[Symbol.asyncDispose](), 60_000);

  for (const [name, fault] of Object.entries(FAULTS)) {
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

  test('a link that is switched off through one API server is off at every edge when that answers', async () => {
    const { edges, apis } = drill.cluster;
    const json = { 'Content-Type': 'application/json' };
    const make = { original_url: 'https://example.com/off', short_code: 'switched-off' };
    const made = await fetch(`${apis[0]?.url}/urls`, { method: 'POST', headers: json, body: JSON.stringify(make) });
    const { id } = (await made.json()) as { id: number };
    const statuses = () =>
      Promise.all(
        edges.map(
          async ({ url }) => (await fetch(`${url}/switched-off`, { method: 'HEAD', redirect: 'manual' })).status,
        ),
      );
    expect(await statuses()).toEqual(edges.map(() => 302));
    const off = await fetch(`${apis[1]?.url}/urls/${id}`, {
      method: 'PATCH',
      headers: json,
      body: '{"is_active":false}',
    });
    expect(off.status).toBe(200);
    expect(await statuses()).toEqual(edges.map(() => 404));
  });

  test('after all of it every redirect is counted once, and every number follows from the clicks', async () => {
    const { wrong, ...outcome } = await drill.finish();
    console.log(JSON.stringify(outcome));
    expect(wrong).toEqual({ outOfBounds: [], discrepancies: [], edges: [] });
  }, 180_000);
});
