import { createHash } from 'node:crypto';
import { type ClickBatch, encodeBatch } from '../../clicks/batch.ts';
import type { EnrichedClick } from '../../clicks/click.ts';

export const TEST_EDGE = 'e'.repeat(32);
/** When test clicks are ingested. */
export const TEST_NOW = Date.UTC(2026, 2, 10, 12, 0, 0);

/** A click of a person on link 1, a second ago. */
export const testClick = (seq: number, override: Partial<EnrichedClick> = {}): EnrichedClick => ({
  seq,
  at: TEST_NOW - 1000,
  linkId: 1,
  urlVersion: 1,
  country: 'DE',
  region: '',
  city: '',
  device: 'desktop',
  browser: 'Firefox',
  os: 'Linux',
  referrer: '',
  utmSource: '',
  utmMedium: '',
  utmCampaign: '',
  utmTerm: '',
  utmContent: '',
  language: 'de',
  quality: 'human',
  reason: '',
  visitor: 1,
  ...override,
});

/** A batch from the first click's seq to the last one's, unless told otherwise. */
export const testBatch = (clicks: EnrichedClick[], override: Partial<ClickBatch> = {}): ClickBatch => ({
  edgeId: TEST_EDGE,
  firstSeq: clicks[0]?.seq ?? 1,
  lastSeq: clicks.at(-1)?.seq ?? 1,
  unreadable: 0,
  clicks,
  ...override,
});

/** As an edge hands it over. */
export function sealed(batch: ClickBatch): { content: string; hash: string } {
  const content = encodeBatch(batch);
  return { content, hash: createHash('sha256').update(content).digest('hex') };
}
