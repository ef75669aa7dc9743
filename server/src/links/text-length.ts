/** Whether a text has more than `max` code points. Cheap for texts of any length. */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  let points = 0;
  for (const _ of text) points++;
  return points > max;
}
