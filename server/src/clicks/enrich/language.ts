const TAG = /^\s*([A-Za-z]{2,3})(?:[-_][\w-]*)?\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?$/;

/**
 * The language that an Accept-Language header asks for first: its primary subtag, lower case, or ''.
 * Ranges that are no language (`*`), malformed or refused (`q=0`) are passed over; equal weights go in their order.
 */
export function preferredLanguage(header: string): string {
  let best = '';
  let bestWeight = 0;
  for (const range of header.split(',')) {
    const match = TAG.exec(range);
    if (match === null) continue;
    const weight = match[2] === undefined ? 1 : Math.min(Number(match[2]), 1);
    if (weight > bestWeight) {
      best = match[1] ?? '';
      bestWeight = weight;
    }
  }
  return best.toLowerCase();
}
