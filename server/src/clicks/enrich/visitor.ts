import { DAY_MS } from '../../platform/clock.ts';
import type { RawClick } from '../click.ts';

/** Names a visitor for one UTC day without keeping who it is. */
export interface VisitorHasher {
  /** 52-bit number (a safe integer), the same for one address, user agent and domain within a UTC day. */
  hash(click: Pick<RawClick, 'at' | 'domainId' | 'address' | 'userAgent'>): number;
  /** Clicks hashed under a salt of this process alone, as their day's salt was not known. */
  readonly localSaltUses: number;
}

export interface VisitorHasherDeps {
  /** The installation's salt of a UTC day (days since the epoch), 32 hex digits; null where it is not known here. Must not wait. */
  saltFor(day: number): string | null;
  /** One-way hash of a text to 52 bits. The salt leads the text and is what keeps it from being searched. */
  hash(text: string): number;
  /** A fresh secret, 32 hex digits. */
  randomSalt(): string;
}

/** Local salts are kept for the last few days met, so that none outlives its use for long. */
const LOCAL_SALTS_MAX = 3;

export function createVisitorHasher(deps: VisitorHasherDeps): VisitorHasher {
  const localSalts = new Map<number, string>();
  let localSaltUses = 0;

  const localSalt = (day: number): string => {
    localSaltUses++;
    let salt = localSalts.get(day);
    if (salt === undefined) {
      salt = deps.randomSalt();
      localSalts.set(day, salt);
      const oldest = localSalts.keys().next().value;
      if (localSalts.size > LOCAL_SALTS_MAX && oldest !== undefined) localSalts.delete(oldest);
    }
    return salt;
  };

  return {
    hash(click) {
      const day = Math.floor(click.at / DAY_MS);
      const salt = deps.saltFor(day) ?? localSalt(day);
      // The user agent comes last: it is the one part that may hold any character.
      return deps.hash(`${salt}\n${click.domainId}\n${click.address}\n${click.userAgent}`);
    },
    get localSaltUses() {
      return localSaltUses;
    },
  };
}
