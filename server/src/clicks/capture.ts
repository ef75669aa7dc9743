import type { CapturedClick, WireText } from './click.ts';

/** What the edge knows of a request that it answered; headers as they came, null where absent. */
export interface ClickFacts {
  /** Epoch ms UTC. */
  at: number;
  linkId: number;
  urlVersion: number;
  domainId: number;
  /** After trusted proxies; '' where unknown. */
  address: string;
  userAgent: WireText | null;
  referrer: WireText | null;
  acceptLanguage: WireText | null;
  purpose: WireText | null;
  /** Without '?'. */
  query: string;
}

/** UTF-16 code units; enriching cuts what it keeps to LIMITS.capturedBytesMax bytes. */
export const CAPTURED_LENGTH_MAX = 512;

/** The click to commit. Runs for every redirect, so it bounds each text and does nothing else. */
export function captureClick(facts: ClickFacts): CapturedClick {
  return {
    at: facts.at,
    linkId: facts.linkId,
    urlVersion: facts.urlVersion,
    domainId: facts.domainId,
    address: bounded(facts.address),
    userAgent: boundedText(facts.userAgent),
    referrer: boundedText(facts.referrer),
    acceptLanguage: boundedText(facts.acceptLanguage),
    purpose: boundedText(facts.purpose),
    query: bounded(facts.query),
  };
}

function bounded(text: string): string {
  return text.length > CAPTURED_LENGTH_MAX ? text.slice(0, CAPTURED_LENGTH_MAX) : text;
}

function boundedText(text: WireText | null): WireText {
  if (text === null) return '';
  if (typeof text === 'string') return bounded(text);
  const { bytes, start, end } = text;
  return end - start > CAPTURED_LENGTH_MAX ? { bytes, start, end: start + CAPTURED_LENGTH_MAX } : text;
}
