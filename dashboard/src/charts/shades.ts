/** Shades above that of nothing. */
const SHADES = 5;

/**
 * The shade of a count, 0 (nothing) to 5. Each shade holds counts a fixed factor larger than the one before,
 * since a few countries have nearly all clicks.
 */
export function shadeOf(count: number, most: number): number {
  if (count <= 0) return 0;
  return shadeRanges(most).find(({ from, to }) => count >= from && count <= to)?.shade ?? SHADES;
}

/** What the shades stand for, lightest first; those that no count could have are left out. */
export function shadeRanges(most: number): { shade: number; from: number; to: number }[] {
  const ranges = [{ shade: 0, from: 0, to: 0 }];
  let from = 1;
  for (let shade = 1; shade <= SHADES; shade++) {
    const to = shade === SHADES ? most : Math.round((most + 1) ** (shade / SHADES)) - 1;
    if (to < from) continue;
    ranges.push({ shade, from, to });
    from = to + 1;
  }
  return ranges;
}
