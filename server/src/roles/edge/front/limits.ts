/** What a front holds at most, and what happens then. */
export interface FrontLimits {
  /** Open client connections; beyond it a connection is answered 503 and closed. */
  readonly connectionsMax: number;
  /** A longer request head goes to the full server, which has the words for it. */
  readonly headBytesMax: number;
  /** Bytes of all connections that wait in memory for a slow end; the connection that would pass it is closed. */
  readonly heldBytesMax: number;
  /** From the first byte of a head to its last, and to reach the full server; then the connection is closed (or 503). */
  readonly headMs: number;
  /** A connection without a request, or whose client takes no byte of an answer, is closed after it. */
  readonly idleMs: number;
  /** How long a connection closed from here may go on sending before it is cut: a reset would destroy the last answer. */
  readonly lingerMs: number;
  /** How often the limits in time are looked at, and the Date header is renewed. */
  readonly sweepMs: number;
}

export const FRONT_LIMITS: FrontLimits = {
  connectionsMax: 16_384,
  headBytesMax: 16_384,
  heldBytesMax: 134_217_728,
  headMs: 10_000,
  idleMs: 75_000,
  lingerMs: 2_000,
  sweepMs: 1_000,
};
