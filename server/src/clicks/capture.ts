import type { RawClick } from './click.ts';

/** What the edge knows of a request that it answered; headers as they came, null where absent. */
export interface ClickFacts {
  /** Epoch ms UTC. */
  at: number;
  linkId: number;
  urlVersion: number;
  domainId: number;
  /** After trusted proxies; '' where unknown. */
  address: string;
  userAgent: string | null;
  referrer: string | null;
  acceptLanguage: string | null;
  purpose: string | null;
  /** Without '?'. */
  query: string;
}

/** UTF-16 code units; enriching cuts what it keeps to LIMITS.capturedBytesMax bytes. */
export const CAPTURED_LENGTH_MAX = 512;

/** The click to commit. Runs for every redirect, so it bounds each text and does nothing else. */
export function captureClick(facts: ClickFacts): RawClick {
  return {
    at: facts.at,
    linkId: facts.linkId,
    urlVersion: facts.urlVersion,
    domainId: facts.domainId,
    address: bounded(facts.address),
    userAgent: bounded(facts.userAgent),
    referrer: bounded(facts.referrer),
    acceptLanguage: bounded(facts.acceptLanguage),
    purpose: bounded(facts.purpose),
    query: bounded(facts.query),
  };
}

function bounded(text: string | null): string {
  if (text === null) return '';
  return text.length > CAPTURED_LENGTH_MAX ? text.slice(0, CAPTURED_LENGTH_MAX) : text;
}
