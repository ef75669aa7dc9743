import { type ErrorCode, LIMITS } from '@waymark/contract';
import { isLongerThan } from './text-length.ts';

export type DestinationCheck =
  | { ok: true; url: string }
  | { ok: false; code: Extract<ErrorCode, 'invalid_url' | 'self_link'>; message: string };

/** http or https, two slashes and the first sign of a host: what a parser would mend on its own is not accepted. */
const ABSOLUTE = /^https?:\/\/([^/?#]+)/i;
const BLANK_OR_CONTROL = /[\s\p{Cc}]/u;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Bytes of a stored destination: a Location header has to pass through proxies, whose buffers are 8 KiB and up. */
const STORED_BYTES_MAX = 8000;

const refused = (message: string): DestinationCheck => ({ ok: false, code: 'invalid_url', message });

/**
 * Whether a link may lead to `text`, and the form in which it is stored: visible ASCII byte for byte, anything beyond
 * it percent-encoded and in punycode as the URL parser writes it.
 * Shape: `isOwnHost` is given the host as URL.host has it, without a dot at its end.
 * Errors: `invalid_url`, `self_link`; the message reads on after the name of a field.
 */
export function checkDestination(text: string, isOwnHost: (host: string) => boolean): DestinationCheck {
  if (isLongerThan(text, LIMITS.urlLengthMax)) return refused(`is over ${LIMITS.urlLengthMax} characters`);
  if (BLANK_OR_CONTROL.test(text) || !text.isWellFormed()) return refused('has blanks or control characters');
  const authority = ABSOLUTE.exec(text)?.[1];
  if (authority === undefined) return refused('must be an absolute http or https URL with a host');
  // Browsers read a backslash before the query as a slash, so it would name another host than it seems to.
  if (/^[^?#]*\\/.test(text)) return refused('has a backslash');
  if (authority.includes('@')) return refused('must not carry a user name or password');
  const parsed = URL.parse(text);
  const host = parsed?.host.replace(/\.(?=:\d*$|$)/, '') ?? '';
  if (parsed === null || /^\.*(:|$)/.test(host)) return refused('must be an absolute http or https URL with a host');
  if (isOwnHost(host)) return { ok: false, code: 'self_link', message: 'leads to this service itself' };
  const url = VISIBLE_ASCII.test(text) ? text : parsed.href;
  return url.length > STORED_BYTES_MAX ? refused(`is over ${STORED_BYTES_MAX} bytes once encoded`) : { ok: true, url };
}

/** The host that a stored destination really leads to, in ASCII, so that look-alike letters show as punycode. */
export function displayHost(url: string): string {
  return URL.parse(url)?.host ?? '';
}
