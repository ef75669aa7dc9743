import type { Clock } from '../platform/clock.ts';
import type { ReplicaLink } from './link.ts';
import type { ChangedCode } from './replica-store.ts';

/** What there is under a code; `unavailable`: nobody can say just now. */
export type LookupAnswer = ReplicaLink | null | 'unavailable';

/** Looks further where the replica has no link: a link made elsewhere is known here the moment it is made. */
export interface UnknownCodes {
  /** At once where that is known. Never throws and never rejects. */
  lookup(domainId: number, code: string): LookupAnswer | Promise<LookupAnswer>;
}

/** How long nobody is asked again for a code that does not exist. */
const ABSENT_MS = 1000;
/** Codes known to be absent; the one told first goes first. */
const ABSENT_MAX = 20_000;
/** Codes that are being looked up; those beyond are `unavailable`. */
const WAITING_MAX = 2_000;
/** A visitor waits no longer. */
const ANSWER_MS = 1000;
/** No code can be longer, so longer ones are unknown without a look. */
const CODE_LENGTH_MAX = 64;

export interface FallbackLookupsDeps {
  /** Errors: rejects when nobody can say. */
  load(domainId: number, code: string): Promise<ReplicaLink | null>;
  now: Clock;
  limits?: { absentMax?: number; waitingMax?: number; answerMs?: number };
}

/**
 * Asks the database, through whoever can, for codes that the replica does not know: each code once at a time, and once in
 * a second where it does not exist. A scan of random codes costs one bounded question each and pushes out nothing else.
 */
export class FallbackLookups implements UnknownCodes {
  private readonly waiting = new Map<string, Promise<LookupAnswer>>();
  /** Until when, by code, in the order they were told. */
  private readonly absent = new Map<string, number>();
  private readonly absentMax: number;
  private readonly waitingMax: number;
  private readonly answerMs: number;
  /** Questions asked, and answers of any kind given without one. */
  readonly counts = { asked: 0, spared: 0, unavailable: 0 };

  constructor(private readonly deps: FallbackLookupsDeps) {
    const { absentMax = ABSENT_MAX, waitingMax = WAITING_MAX, answerMs = ANSWER_MS } = deps.limits ?? {};
    this.absentMax = absentMax;
    this.waitingMax = waitingMax;
    this.answerMs = answerMs;
  }

  lookup(domainId: number, code: string): LookupAnswer | Promise<LookupAnswer> {
    if (code.length > CODE_LENGTH_MAX) return null;
    const key = keyOf(domainId, code);
    const until = this.absent.get(key);
    if (until !== undefined && until > this.deps.now()) {
      this.counts.spared++;
      return null;
    }
    const under = this.waiting.get(key);
    if (under) {
      this.counts.spared++;
      return under;
    }
    if (this.waiting.size >= this.waitingMax) {
      this.counts.unavailable++;
      return 'unavailable';
    }
    const answer = this.ask(key, domainId, code);
    this.waiting.set(key, answer);
    return answer;
  }

  /** These codes lead elsewhere from now on. */
  forget(codes: readonly ChangedCode[]): void {
    if (this.absent.size === 0) return;
    for (const [domainId, code] of codes) this.absent.delete(keyOf(domainId, code));
  }

  private async ask(key: string, domainId: number, code: string): Promise<LookupAnswer> {
    this.counts.asked++;
    const late = Promise.withResolvers<'unavailable'>();
    const timer = setTimeout(() => late.resolve('unavailable'), this.answerMs);
    try {
      const answer = await Promise.race([this.deps.load(domainId, code), late.promise]);
      if (answer === null) this.noteAbsent(key);
      else if (answer === 'unavailable') this.counts.unavailable++;
      return answer;
    } catch {
      this.counts.unavailable++;
      return 'unavailable';
    } finally {
      clearTimeout(timer);
      this.waiting.delete(key);
    }
  }

  private noteAbsent(key: string): void {
    this.absent.delete(key);
    this.absent.set(key, this.deps.now() + ABSENT_MS);
    if (this.absent.size <= this.absentMax) return;
    const [first] = this.absent.keys();
    if (first !== undefined) this.absent.delete(first);
  }
}

function keyOf(domainId: number, code: string): string {
  return `${domainId}/${code}`;
}
