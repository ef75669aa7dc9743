import { capturedText } from './captured-text.ts';

/** Campaign parameters of a click. Empty string: absent. */
export interface Utm {
  source: string;
  medium: string;
  campaign: string;
  term: string;
  content: string;
}

const NONE: Readonly<Utm> = Object.freeze({ source: '', medium: '', campaign: '', term: '', content: '' });

/** Reads the campaign parameters of a query string without its '?'. The first of each name that says something counts; never throws. */
export function readUtm(query: string): Readonly<Utm> {
  if (!query.includes('utm_')) return NONE;
  const utm: Utm = { ...NONE };
  for (const pair of query.split('&')) {
    if (!pair.startsWith('utm_')) continue;
    const equals = pair.indexOf('=');
    if (equals < 0) continue;
    const name = pair.slice('utm_'.length, equals);
    if (isUtmName(name) && utm[name] === '') utm[name] = capturedText(decode(pair.slice(equals + 1)));
  }
  return utm;
}

function isUtmName(name: string): name is keyof Utm {
  return Object.hasOwn(NONE, name);
}

function decode(value: string): string {
  const spaced = value.includes('+') ? value.replaceAll('+', ' ') : value;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A broken escape, perhaps one that the capture's cap cut through: what can be read is kept, the rest stays as text.
    return new URLSearchParams(`v=${value}`).get('v')?.replace(/\ufffd+$/, '') ?? '';
  }
}
