import type { Quality } from '@waymark/contract';
import type { EnrichedClick, OutboxClick } from '../click.ts';
import { remembered } from './bounded-cache.ts';
import { capturedText } from './captured-text.ts';
import type { GeoLookup } from './geo.ts';
import { preferredLanguage } from './language.ts';
import { hostOfOrigin, referrerOrigin } from './referrer.ts';
import { REPEAT_WINDOW_MS, Repeats } from './repeats.ts';
import { type Agent, readUserAgent } from './user-agent.ts';
import { readUtm } from './utm.ts';
import type { VisitorHasher } from './visitor.ts';

export interface EnricherDeps {
  geo: GeoLookup;
  visitors: VisitorHasher;
  /** Bounded by default; given by tests and benchmarks. */
  repeats?: Repeats;
}

/** Results remembered in one of two generations: with keys of at most 512 characters, all of them stay below 20 MB. */
const REMEMBERED = { userAgents: 4096, origins: 4096, languages: 1024 };

const ADVANCE_PURPOSE = /prefetch|prerender|preview/i;
const REPEAT_REASON = `repeat:${REPEAT_WINDOW_MS / 1000}s`;

/**
 * Makes the function that turns what the edge saw into what is kept, for the clicks of one edge in order of `seq`.
 * It never throws for any click. No address outlives the call: only what is parsed from other texts is remembered.
 */
export function createEnricher({
  geo,
  visitors,
  repeats = new Repeats(),
}: EnricherDeps): (click: OutboxClick) => EnrichedClick {
  const agentOf = remembered(REMEMBERED.userAgents, readUserAgent);
  const hostOf = remembered(REMEMBERED.origins, hostOfOrigin);
  const languageOf = remembered(REMEMBERED.languages, preferredLanguage);

  return (click) => {
    const agent = agentOf(click.userAgent);
    const place = geo.find(click.address);
    const utm = readUtm(click.query);
    const visitor = visitors.hash(click);
    const [quality, reason] = qualityOf(click, agent, visitor, repeats);
    return {
      seq: click.seq,
      at: click.at,
      linkId: click.linkId,
      urlVersion: click.urlVersion,
      country: capturedText(place.country),
      region: capturedText(place.region),
      city: capturedText(place.city),
      device: agent.device,
      browser: agent.browser,
      os: agent.os,
      referrer: click.referrer === '' ? '' : hostOf(referrerOrigin(click.referrer)),
      utmSource: utm.source,
      utmMedium: utm.medium,
      utmCampaign: utm.campaign,
      utmTerm: utm.term,
      utmContent: utm.content,
      language: click.acceptLanguage === '' ? '' : languageOf(click.acceptLanguage),
      quality,
      reason,
      visitor,
    };
  };
}

/** The first that holds: prefetch, then what the user agent is, then a repeat; otherwise a person. */
function qualityOf(click: OutboxClick, agent: Agent, visitor: number, repeats: Repeats): [Quality, string] {
  if (click.purpose !== '' && ADVANCE_PURPOSE.test(click.purpose)) return ['prefetch', 'header:sec-purpose'];
  if (agent.quality !== 'human') return [agent.quality, agent.reason];
  // Visitors without a known address can't be told apart, so none of their clicks is taken for a repeat.
  if (click.address !== '' && repeats.isRepeat(click, visitor)) return ['duplicate', REPEAT_REASON];
  return ['human', ''];
}
