import type { Quality } from '@waymark/contract';

/**
 * A click as the edge knew it when it answered: what enriching needs, nothing derived.
 * Holds the visitor's address, so it lives for at most a minute. Strings are at most LIMITS.capturedBytesMax bytes.
 */
export interface RawClick {
  /** Epoch ms UTC. */
  at: number;
  linkId: number;
  urlVersion: number;
  domainId: number;
  /** The visitor's address as text, after trusted proxies; '' where unknown. */
  address: string;
  userAgent: string;
  referrer: string;
  acceptLanguage: string;
  /** Sec-Purpose, Purpose or X-Moz, whichever came first. */
  purpose: string;
  /** The request's query string without '?'. */
  query: string;
}

/**
 * Text of a request as it came: a string, or the bytes of the request, each one character (latin1), none a control
 * character. The bytes are valid while the request is answered.
 */
export type WireText = string | { readonly bytes: Uint8Array; readonly start: number; readonly end: number };

/** A click on its way into the outbox, which is where its texts become text. */
export interface CapturedClick extends Omit<RawClick, 'userAgent' | 'referrer' | 'acceptLanguage' | 'purpose'> {
  userAgent: WireText;
  referrer: WireText;
  acceptLanguage: WireText;
  purpose: WireText;
}

/** A raw click with its place in the outbox. */
export interface OutboxClick extends RawClick {
  /** Ascending by one for each accepted click of one edge; never restarts. */
  seq: number;
}

/** A click without anything that names a person. Empty string: not known or absent. */
export interface EnrichedClick {
  seq: number;
  at: number;
  linkId: number;
  urlVersion: number;
  /** ISO 3166-1 alpha-2, upper case. */
  country: string;
  region: string;
  city: string;
  device: string;
  browser: string;
  os: string;
  /** Host of the referrer, lower case. */
  referrer: string;
  utmSource: string;
  utmMedium: string;
  utmCampaign: string;
  utmTerm: string;
  utmContent: string;
  /** Primary language subtag, lower case. */
  language: string;
  quality: Quality;
  /** Why it is classed so; '' for human. */
  reason: string;
  /** 52-bit visitor hash under the day's salt. */
  visitor: number;
}
