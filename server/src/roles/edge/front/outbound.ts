/** The bytes that all connections of a front hold in memory, against one limit. */
export class HeldBytes {
  private used = 0;

  constructor(private readonly max: number) {}

  /** Counts `bytes` in; false, and nothing counted, where they would pass the limit. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.max) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }

  get total(): number {
    return this.used;
  }
}

/** What `Outbound` needs of a socket: `write` takes what the kernel takes now, or answers -1 when closed. */
interface Sink {
  write(bytes: Buffer, offset: number, length: number): number;
}

/**
 * The way out to one socket. What the kernel does not take waits here, in order, until `flush` is called on drain.
 * Shape: its caller stops reading the source while `blocked`, so it holds about one read of that source.
 */
export class Outbound {
  private readonly waiting: Buffer[] = [];
  /** How much of the first waiting buffer is written. */
  private written = 0;
  private sink: Sink | null = null;

  /** `overflow` is called when the bytes can't be held: the connection is to be cut. */
  constructor(
    private readonly held: HeldBytes,
    private readonly overflow: () => void,
  ) {}

  get blocked(): boolean {
    return this.waiting.length > 0;
  }

  /** Bytes sent before a socket is there wait for it. */
  attach(sink: Sink): void {
    this.sink = sink;
  }

  /** Writes or holds `bytes`, which are this object's from now on. True while the source may go on. */
  send(bytes: Buffer, offset = 0): boolean {
    let from = offset;
    if (this.sink && !this.blocked) {
      const taken = this.sink.write(bytes, from, bytes.length - from);
      // A closed socket reports itself by its close event; its bytes have nowhere to go.
      if (taken < 0 || from + taken === bytes.length) return true;
      from += taken;
      this.written = from;
    }
    if (this.held.take(bytes.length)) this.waiting.push(bytes);
    else this.overflow();
    return false;
  }

  /** Writes on after a drain; true when nothing waits any more. */
  flush(): boolean {
    while (this.sink) {
      const bytes = this.waiting[0];
      if (!bytes) return true;
      const taken = this.sink.write(bytes, this.written, bytes.length - this.written);
      if (taken < 0) {
        this.drop();
        return true;
      }
      this.written += taken;
      if (this.written < bytes.length) return false;
      this.written = 0;
      this.waiting.shift();
      this.held.give(bytes.length);
    }
    return false;
  }

  /** Forgets what waits; for a socket that is gone. */
  drop(): void {
    for (const bytes of this.waiting) this.held.give(bytes.length);
    this.waiting.length = 0;
    this.written = 0;
  }
}
