/** Which part of a range a time falls into, part n reaching from `borders[n]` to `borders[n + 1]`: fast for times in near order. */
export function partFinder(borders: readonly number[]): (at: number) => number {
  let part = 0;
  return (at) => {
    while (part < borders.length - 2 && (borders[part + 1] ?? 0) <= at) part++;
    while (part > 0 && (borders[part] ?? 0) > at) part--;
    return part;
  };
}
