import type { SealerStatus } from '../clicks/sealer.ts';
import type { FromSealer, ToSealer } from './messages.ts';
import type { Thread } from './start-thread.ts';

/** The main thread's view of the sealer. */
export class SealerHandle {
  status: SealerStatus;
  private nextId = 1;
  private readonly waiting = new Map<number, () => void>();
  private stopped: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly thread: Thread,
    edgeId: string,
    private readonly on: {
      spare(path: string): void;
      segmentsRemoved(count: number): void;
      sealedBytes(bytes: number): void;
      failed(error: Error): void;
    },
  ) {
    this.status = {
      edgeId,
      sealedSeq: 0,
      committedSeq: 0,
      sealedBytes: 0,
      sealedInFlight: 0,
      oldestAt: null,
      lastError: null,
      committed: 0,
      discarded: 0,
      dead: 0,
    };
    thread.onmessage = (event) => this.receive(event.data as FromSealer);
  }

  /** Whether clicks up to `seq` are committed within `timeoutMs`. */
  settle(seq: number, timeoutMs: number): Promise<boolean> {
    const { edgeId } = this.status;
    if (this.status.committedSeq >= seq) return Promise.resolve(true);
    return new Promise((resolve) => {
      const id = this.nextId++;
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        resolve(false);
      }, timeoutMs);
      this.waiting.set(id, () => {
        clearTimeout(timer);
        if (this.status.edgeId === edgeId) this.status.committedSeq = Math.max(this.status.committedSeq, seq);
        resolve(true);
      });
      this.tell({ settle: { id, seq } });
    });
  }

  spareTaken(): void {
    this.tell({ spareTaken: true });
  }

  /** Looks for clicks at once instead of at its next turn. */
  sealNow(): void {
    this.tell({ sealNow: true });
  }

  /** The outbox goes on under another edge id, from seq 1. */
  switchEdge(edgeId: string): void {
    this.status = { ...this.status, edgeId, sealedSeq: 0, committedSeq: 0 };
    this.tell({ edgeId });
  }

  onCommitted(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Seals and delivers what can be in a few seconds; what is left stays on disk. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopped = resolve;
      this.tell({ stop: true });
    });
  }

  private tell(message: ToSealer): void {
    this.thread.postMessage(message);
  }

  private receive(message: FromSealer): void {
    if ('settled' in message) {
      this.waiting.get(message.settled)?.();
      this.waiting.delete(message.settled);
    } else if ('status' in message) {
      const grew = message.status.committed > this.status.committed;
      const { edgeId, committedSeq } = this.status;
      // Said before it learned of the edge id that the outbox has.
      if (message.status.edgeId !== edgeId) return;
      this.status = { ...message.status, committedSeq: Math.max(message.status.committedSeq, committedSeq) };
      this.on.sealedBytes(message.status.sealedBytes);
      if (grew) for (const listener of this.listeners) listener();
    } else if ('spare' in message) {
      this.on.spare(message.spare);
    } else if ('segmentsRemoved' in message) {
      this.on.segmentsRemoved(message.segmentsRemoved);
    } else if ('stopped' in message) {
      this.stopped?.();
    } else if ('failed' in message) {
      this.stopped?.();
      this.on.failed(new Error(`the sealer thread failed: ${message.failed}`));
    }
  }
}
