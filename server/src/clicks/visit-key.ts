/**
 * Day, link and 52-bit visitor in one safe integer: the visitor xor a spread of the rest. Different notes meet with a
 * probability of 2^-52 for each pair, as the visitor hashes themselves do.
 */
export function visitKey(day: number, linkId: number, visitor: number): number {
  const spread = Math.imul(linkId ^ Math.imul(day, 0x9e3779b1), 0x85ebca6b);
  const low = ((visitor % 4_294_967_296) ^ spread) >>> 0;
  const high = Math.floor(visitor / 4_294_967_296) ^ (Math.imul(spread ^ linkId, 0xc2b2ae35) & 0xf_ffff);
  return high * 4_294_967_296 + low;
}
