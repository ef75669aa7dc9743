/** Drawn anew by each process, so that nobody can prepare codes that fall into one place. */
export function drawHashSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** Where a code belongs in tables of links. Shape: any 32-bit integer, signed; all its bits depend on all of the code. */
export function hashCode(code: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < code.length; i++) hash = Math.imul(hash ^ code.charCodeAt(i), 0x5bd1e995);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
