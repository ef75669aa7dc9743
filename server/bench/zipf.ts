/** A small seeded random source (mulberry32): numbers in [0, 1), the same for the same seed. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws 0 to size - 1, the number n with a weight of 1 / (n + 1). */
export function zipfTable(size: number, random: () => number): () => number {
  const upTo = new Float64Array(size);
  let sum = 0;
  for (let n = 0; n < size; n++) {
    sum += 1 / (n + 1);
    upTo[n] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
