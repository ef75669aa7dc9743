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

/** What the shades stand for, lightest first. Of few counts only the darkest shades are used. */
export function shadeRanges(most: number): { shade: number; from: number; to: number }[] {
  const ends = Array.from({ length: SHADES }, (_, index) =>
    index === SHADES - 1 ? most : Math.round((most + 1) ** ((index + 1) / SHADES)) - 1,
  );
  const steps = [...new Set(ends)].filter((end) => end > 0);
  return [
    { shade: 0, from: 0, to: 0 },
    ...steps.map((to, index) => ({ shade: SHADES - steps.length + 1 + index, from: (steps[index - 1] ?? 0) + 1, to })),
  ];
}
