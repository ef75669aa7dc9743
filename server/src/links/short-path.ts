import { RESERVED_CODES } from '@waymark/contract';

const DIGITS = /^\d+$/;

/**
 * The code that a path asks for, or null for a path that is not a short link's.
 * Shape: /{code} /r/{code} /s/{code} /urls/{code} /urls/short/{code} /urls/{code}/redirect, a slash at the end allowed.
 * In /urls/{x} digits are an id, so they are no code there. Source: the classic API, "Redirect".
 */
export function shortCode(path: string): string | null {
  const end = path.length > 1 && path.charCodeAt(path.length - 1) === 47 ? path.length - 1 : path.length;
  const slash = path.indexOf('/', 1);
  if (slash === -1 || slash >= end) {
    const code = path.slice(1, end);
    return code === '' || RESERVED_CODES.has(code) ? null : code;
  }
  const rest = path.slice(slash + 1, end);
  switch (path.slice(1, slash)) {
    case 'r':
    case 's':
      return rest === '' || rest.includes('/') ? null : rest;
    case 'urls':
      return codeBelowUrls(rest);
    default:
      return null;
  }
}

function codeBelowUrls(rest: string): string | null {
  const slash = rest.indexOf('/');
  if (slash === -1) return rest === '' || DIGITS.test(rest) ? null : rest;
  const [first, second] = [rest.slice(0, slash), rest.slice(slash + 1)];
  if (second.includes('/') || second === '') return null;
  if (first === 'short') return second;
  return second === 'redirect' ? first : null;
}
