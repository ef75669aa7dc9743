/** How far apart two looks must be for a rate to mean something, and how old the earlier one may be. Units: ms. */
const APART_MS = 1000;
const OLD_MS = 5 * 60_000;

/** Tells from repeated looks at a growing store when it will be full. */
export class FillRate {
  private earlier: { at: number; used: number } | null = null;
  private latest: { at: number; used: number } | null = null;

  /** Seconds until `left` is used up at the rate since the last looks; null where it does not grow, or that is not known yet. */
  secondsToFull(at: number, used: number, left: number): number | null {
    if (this.latest === null || at - this.latest.at >= APART_MS) {
      this.earlier = this.latest;
      this.latest = { at, used };
    }
    const { earlier } = this;
    if (earlier === null || at - earlier.at < APART_MS || at - earlier.at > OLD_MS) return null;
    const perSecond = ((used - earlier.used) * 1000) / (at - earlier.at);
    return perSecond > 0 ? Math.round(left / perSecond) : null;
  }
}
