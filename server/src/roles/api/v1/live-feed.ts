import { LIVE_LIMITS } from '@waymark/contract/v1/live';
import type { ActivityEvent, ClicksSince } from '../../../clicks/event.ts';

/** What waits to be sent to one follower. Bounded: where it is full the oldest clicks give way, and are counted. */
export class LiveFeed {
  /** Only clicks of this link; null for all. */
  linkId: number | null = null;
  private waiting: ActivityEvent[] = [];
  private skipped = 0;
  /** Everything up to here is waiting, was taken, or was counted as skipped. */
  private knownId = 0;
  /** What was recorded while the past is being read; null where it is not. */
  private held: ClicksSince[] | null = null;

  /**
   * Begins anew where `read` says: with what it finds, and with all that is recorded from now on.
   * Errors: those of `read`; nothing more is taken in then.
   */
  async begin(linkId: number | null, read: () => Promise<ClicksSince>): Promise<void> {
    const held: ClicksSince[] = [];
    Object.assign(this, { linkId, waiting: [], skipped: 0, held });
    const past = await read();
    if (this.held !== held) return; // Begun anew once more.
    this.held = null;
    this.knownId = 0;
    this.push(past);
    for (const recorded of held) if (recorded.lastId > past.lastId) this.push(recorded);
  }

  /** Takes in clicks of the feed's link, or of all. */
  push(recorded: ClicksSince): void {
    if (this.held !== null) {
      this.held.push(recorded);
      return;
    }
    const { events, skipped, lastId } = recorded;
    const isNew = ({ id, linkId }: ActivityEvent) =>
      id > this.knownId && (this.linkId === null || linkId === this.linkId);
    this.waiting.push(...events.filter(isNew));
    const over = Math.max(0, this.waiting.length - LIVE_LIMITS.waitingEvents);
    this.waiting.splice(0, over);
    this.skipped += skipped + over;
    this.knownId = Math.max(this.knownId, lastId);
  }

  /** The next message's worth; null where there is nothing to say. */
  take(): ClicksSince | null {
    if (this.held !== null || (this.waiting.length === 0 && this.skipped === 0)) return null;
    const events = this.waiting.splice(0, LIVE_LIMITS.eventsPerMessage);
    const { skipped } = this;
    this.skipped = 0;
    const lastId = this.waiting.length > 0 ? (events.at(-1)?.id ?? 0) : this.knownId;
    return { events, skipped, lastId };
  }

  /** Up to where clicks are known; what waits is not sent yet. */
  get lastId(): number {
    return this.knownId;
  }
}
