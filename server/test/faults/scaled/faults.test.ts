import { expect, test } from 'bun:test';
import { describeFaults } from './describe-faults.ts';
import type { Drill } from './drill.ts';
import { FAULTS } from './faults.ts';

describeFaults('one cluster under load, and one fault after the other', FAULTS, { more: switchedOff });

function switchedOff(drill: () => Drill): void {
  test('a link that is switched off through one API server is off at every edge when that answers', async () => {
    const { edges, apis } = drill().cluster;
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
}
