import { capturedText } from './captured-text.ts';

const ORIGIN = /^\s*(https?|android-app):\/\/([^/?#\\\s]+)/i;
const PACKAGE = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * The part of a referrer that decides its host: scheme and authority, without path and query.
 * Shape: '' unless http, https or android-app.
 */
export function referrerOrigin(referrer: string): string {
  const match = ORIGIN.exec(referrer);
  return match === null ? '' : `${match[1]}://${match[2]}`;
}

/** The host of an origin: lower case, IDN in punycode, without port and a leading `www.`; '' where it is none. */
export function hostOfOrigin(origin: string): string {
  const url = URL.parse(origin);
  if (url === null) return '';
  // `android-app:` is no special scheme, so the parser leaves its host as it came.
  const host = (url.protocol === 'android-app:' ? packageName(url.hostname) : url.hostname).replace(/\.$/, '');
  return capturedText(/^www\..*\../.test(host) ? host.slice(4) : host);
}

function packageName(host: string): string {
  const name = host.toLowerCase();
  return PACKAGE.test(name) ? name : '';
}
