import type { Socket, TCPSocketListener } from 'bun';

interface Side {
  /** The other side; null until it is connected, and after it has gone. */
  peer: Socket<Side> | null;
  unsent: Buffer[];
  isClient: boolean;
  isEnding: boolean;
}

/**
 * Stands before a server as a network does: passes bytes, or loses them as a test wants.
 * Clients connect to `port`; each connection is passed to one of its own at the target.
 */
export class TcpProxy implements AsyncDisposable {
  private mode: 'pass' | 'cut' | 'stall' = 'pass';
  private readonly sides = new Set<Socket<Side>>();
  private listener: TCPSocketListener<Side>;
  readonly port: number;

  constructor(private readonly targetPort: number) {
    this.listener = this.listen(0);
    this.port = this.listener.port;
  }

  /** `redis://127.0.0.1:PORT` becomes the same address at this proxy. */
  urlFor(url: string): string {
    const own = new URL(url);
    own.port = String(this.port);
    return own.href;
  }

  /** Connections open at both ends. */
  get connections(): number {
    return [...this.sides].filter(({ data }) => data.isClient).length;
  }

  /** Ends every connection and refuses all others, as a host whose server is down. */
  cut(): void {
    this.mode = 'cut';
    this.listener.stop(true);
    for (const side of this.sides) side.terminate();
  }

  /** Takes connections and passes nothing, as a network that loses every packet. What comes is held back until `heal`. */
  stall(): void {
    this.mode = 'stall';
  }

  /** Passes bytes again, those held back first. */
  heal(): void {
    if (this.mode === 'cut') this.listener = this.listen(this.port);
    this.mode = 'pass';
    for (const side of this.sides) this.flush(side);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
  }

  private listen(port: number): TCPSocketListener<Side> {
    return Bun.listen<Side>({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (client) => {
          client.data = { peer: null, unsent: [], isClient: true, isEnding: false };
          this.sides.add(client);
          void this.connect(client);
        },
        ...this.handlers(),
      },
    });
  }

  private handlers() {
    return {
      data: (from: Socket<Side>, bytes: Buffer) => this.pass(from, bytes),
      drain: (side: Socket<Side>) => this.flush(side),
      close: (side: Socket<Side>) => this.closed(side),
      error: () => {},
    };
  }

  private async connect(client: Socket<Side>): Promise<void> {
    try {
      const server = await Bun.connect<Side>({
        hostname: '127.0.0.1',
        port: this.targetPort,
        data: { peer: client, unsent: client.data.unsent, isClient: false, isEnding: false },
        socket: { open: () => {}, ...this.handlers() },
      });
      if (!this.sides.has(client)) {
        server.terminate();
        return;
      }
      this.sides.add(server);
      client.data.peer = server;
      client.data.unsent = [];
      this.flush(server);
    } catch {
      client.terminate();
    }
  }

  /** @NOTE Until its server is connected, a client keeps in its own `unsent` what is meant for that server. */
  private pass(from: Socket<Side>, bytes: Buffer): void {
    const { peer } = from.data;
    (peer ?? from).data.unsent.push(Buffer.from(bytes));
    if (peer !== null) this.flush(peer);
  }

  private flush(side: Socket<Side>): void {
    const { data } = side;
    if (this.mode !== 'pass' || data.peer === null) return;
    for (let first = data.unsent[0]; first !== undefined; first = data.unsent[0]) {
      const taken = Math.max(0, side.write(first));
      if (taken < first.length) {
        data.unsent[0] = first.subarray(taken);
        return;
      }
      data.unsent.shift();
    }
    if (data.isEnding) side.end();
  }

  /** The other end gets what was under way to it, then the end. In a stall it learns of nothing. */
  private closed(side: Socket<Side>): void {
    this.sides.delete(side);
    const { peer } = side.data;
    if (peer === null) return;
    peer.data.isEnding = true;
    this.flush(peer);
  }
}
