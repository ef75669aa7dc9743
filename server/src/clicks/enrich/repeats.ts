import type { OutboxClick } from '../click.ts';

/** A click on the same link by the same visitor within this time of one that counted is a repeat. */
export const REPEAT_WINDOW_MS = 10_000;

const WAYS = 4;
const KEY_SPACE = 2 ** 52;
/** Odd and below 2^21, so that link ids up to 2^31 give distinct keys for one visitor and sums stay exact integers. */
const LINK_STRIDE = 2_097_143;

/**
 * Remembers the last counted click of each visitor on each link.
 * Shape: `slots` entries of 24 bytes, taken once. Where more pairs than fit are within the window, the oldest of a
 * bucket is forgotten, and a repeat of it counts as a click of its own. Nothing survives a restart.
 */
export class Repeats {
  private readonly keys: Float64Array;
  private readonly times: Float64Array;
  /** 0: empty slot. */
  private readonly seqs: Float64Array;
  private readonly buckets: number;

  constructor(slots = 2 ** 18) {
    this.buckets = Math.max(1, Math.floor(slots / WAYS));
    this.keys = new Float64Array(this.buckets * WAYS);
    this.times = new Float64Array(this.buckets * WAYS);
    this.seqs = new Float64Array(this.buckets * WAYS);
  }

  /**
   * Whether the click repeats an earlier one; if not, it is what later ones are compared with.
   * Asking again from an earlier seq on gives the same answers, short of the limit: a run of clicks may be enriched twice.
   */
  isRepeat(click: Pick<OutboxClick, 'seq' | 'at' | 'linkId'>, visitor: number): boolean {
    const key = (visitor + click.linkId * LINK_STRIDE) % KEY_SPACE;
    const first = (key % this.buckets) * WAYS;
    let slot = first;
    for (let way = first; way < first + WAYS; way++) {
      const seq = this.seqs[way] ?? 0;
      if (seq !== 0 && this.keys[way] === key) {
        slot = way;
        if (seq < click.seq && Math.abs(click.at - (this.times[way] ?? 0)) < REPEAT_WINDOW_MS) return true;
        break;
      }
      if (seq < (this.seqs[slot] ?? 0)) slot = way;
    }
    this.keys[slot] = key;
    this.times[slot] = click.at;
    this.seqs[slot] = click.seq;
    return false;
  }
}
