import { LIMITS } from '@waymark/contract';

const PLAIN = /^[\x20-\x7e]*$/;
/** Under the u flag \p{Cs} matches only surrogates without their other half. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/gu;

const encoder = new TextEncoder();
const scratch = new Uint8Array(LIMITS.capturedBytesMax);

/**
 * A text from a client in the form that is stored: no control characters, no lone surrogates, no blanks at its ends.
 * Shape: at most LIMITS.capturedBytesMax bytes of UTF-8, cut between code points.
 */
export function capturedText(text: string): string {
  if (text === '') return '';
  const clean = PLAIN.test(text) ? text.trim() : text.replace(UNSTORABLE, '').trim();
  if (clean.length * 3 <= LIMITS.capturedBytesMax) return clean;
  const { read } = encoder.encodeInto(clean, scratch);
  return read === clean.length ? clean : clean.slice(0, read).trimEnd();
}
