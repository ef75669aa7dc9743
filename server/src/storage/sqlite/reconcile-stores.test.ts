import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { encodeBatch } from '../../clicks/batch.ts';
import type { EnrichedClick } from '../../clicks/click.ts';
import type { Difference } from '../../clicks/reconcile.ts';
import { DEFAULT_DOMAIN_ID, type LinkWithCounts } from '../../links/link.ts';
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import { createSqliteHarness, type SqliteHarness } from '../conformance/sqlite-harness.ts';
import { DayTier } from './day-tier.ts';
import { SqliteEventCommands } from './event-commands.ts';
import { SqliteIngestStore } from './ingest-store.ts';
import { SqliteLinkCommands } from './link-commands.ts';
import { SqliteMaintenance } from './maintenance.ts';
import { SqliteReconciler } from './reconcile.ts';
import { SqliteUserCommands } from './user-commands.ts';

const START = Date.UTC(2026, 2, 10);
let now = START;
let seq = 1;
let harness: SqliteHarness;
beforeEach(() => {
  now = START;
  seq = 1;
  harness = createSqliteHarness({ now: () => now });
});
afterEach(() => harness.close());

async function untilDone(step: () => Promise<boolean>): Promise<void> {
  while (await step()) {
    // Goes on until nothing is left.
  }
}

async function differences(retentionDays = 0): Promise<Difference[]> {
  const found: Difference[] = [];
  const reconciler = new SqliteReconciler({ sqlite: harness.sqlite, now: () => now });
  await reconciler.run({ repair: false, sampleRate: 1, retentionDays }, (difference) => found.push(difference));
  return found;
}

test('after anything that the stores do, reconcile finds nothing', async () => {
  const tier = new DayTier(harness.sqlite);
  const covers = (day: number, linkId: number) => tier.covers(day, linkId);
  const ingest = new SqliteIngestStore(harness.sqlite, { now: () => now, sampleRate: 1, dayTierCovers: covers });
  const links = harness.commands(new SqliteLinkCommands(harness.write));
  const users = harness.commands(new SqliteUserCommands(harness.write));
  const events = harness.commands(new SqliteEventCommands(harness.write));
  const options = { retentionDays: 3, sliceMs: 0, mergeRowsOfHour: 1 };
  const housekeeping = harness.commands(new SqliteMaintenance(harness.write, tier, options));
  const expectNone = async (retentionDays?: number) => expect(await differences(retentionDays)).toEqual([]);

  const clicksOn = (linkId: number, count: number, from: number): Promise<unknown> => {
    const clicks = Array.from(
      { length: count },
      (_, n): EnrichedClick => ({
        seq: seq++,
        at: from + n * 20 * 60_000,
        linkId,
        urlVersion: 1,
        country: n % 2 ? 'DE' : 'US',
        region: '',
        city: '',
        device: 'phone',
        browser: '',
        os: '',
        referrer: '',
        utmSource: '',
        utmMedium: '',
        utmCampaign: '',
        utmTerm: '',
        utmContent: '',
        language: 'de',
        quality: n % 3 ? 'human' : 'bot',
        reason: n % 3 ? '' : 'agent',
        visitor: n % 4,
      }),
    );
    const content = encodeBatch({
      edgeId: 'e'.repeat(32),
      firstSeq: seq - count,
      lastSeq: seq - 1,
      unreadable: 0,
      clicks,
    });
    return harness.run(() => ingest.ingest(content, createHash('sha256').update(content).digest('hex')));
  };
  const create = (code: string, ownerId: number | null): Promise<LinkWithCounts> =>
    links.create({
      domainId: DEFAULT_DOMAIN_ID,
      code,
      url: 'https://example.com/',
      title: null,
      active: true,
      expiresAt: null,
      redirectStatus: 302,
      ownerId,
    });

  const user = await users.create({ username: 'ada', email: 'ada@example.com' });
  const owned = await create('owned', user.id);
  const second = await create('second', user.id);
  const free = await create('free', null);
  now = START + DAY_MS + 7 * HOUR_MS;
  for (const link of [owned, second, free]) await clicksOn(link.id, 60, START);
  await events.post({ type: 'note', linkId: owned.id, userId: user.id, details: {} });
  await events.post({ type: 'click', linkId: free.id, userId: null, details: {} });
  await expectNone();

  // Clicks come late and go while their day is half merged.
  const clickId = harness.sqlite.query<{ id: number }, [number]>('SELECT id FROM clicks WHERE link_id = ? LIMIT 1');
  for (let slice = 0; slice < 30; slice++) {
    await housekeeping.compactDay();
    if (slice % 5 === 1) await clicksOn(slice % 2 ? owned.id : free.id, 2, START + slice * HOUR_MS);
    const click = slice % 7 === 2 ? clickId.get(slice % 2 ? owned.id : free.id) : null;
    if (click) await events.delete(click.id);
  }
  await untilDone(() => housekeeping.compactDay());
  expect(tier.read().before).toBe(START / DAY_MS + 1);
  await expectNone();

  await links.delete(second.id, null);
  await expectNone();
  await links.restore(second.id);
  await expectNone();
  await links.delete(second.id, null);
  now += 31 * DAY_MS;
  await untilDone(() => links.purge(now - 30 * DAY_MS));
  await expectNone();

  await clicksOn(free.id, 10, now - HOUR_MS);
  await untilDone(() => housekeeping.retainClicks());
  await expectNone(3);

  await users.delete(user.id, false);
  await untilDone(() => users.resumeDeletions());
  await expectNone(3);
});
