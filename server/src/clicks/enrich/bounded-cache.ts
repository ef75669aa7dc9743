/**
 * A map that forgets: two generations, the younger filling up while the older is only read; what is asked for moves
 * to the younger, so values in use stay.
 * Shape: never more than 2 × `generationSize` entries; at the limit the whole older generation goes at once.
 */
export class BoundedCache<K, V extends {}> {
  private young = new Map<K, V>();
  private old = new Map<K, V>();

  constructor(private readonly generationSize: number) {}

  get size(): number {
    return this.young.size + this.old.size;
  }

  get(key: K): V | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: K, value: V): void {
    if (this.young.size >= this.generationSize && !this.young.has(key)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}

/** `compute` remembered for the arguments in use. Shape: at most 2 × `generationSize` results kept. */
export function remembered<V extends {}>(generationSize: number, compute: (key: string) => V): (key: string) => V {
  const cache = new BoundedCache<string, V>(generationSize);
  return (key) => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    cache.set(key, value);
    return value;
  };
}
