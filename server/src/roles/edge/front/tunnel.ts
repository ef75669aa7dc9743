import { type HeldBytes, Outbound } from './outbound.ts';

/** The client's end of a tunnel, as the tunnel uses it. */
export interface TunnelClient {
  readonly peer: string;
  /** Writes or holds bytes for the client; false when the server is to stop sending until `resumeServer`. */
  send(bytes: Buffer): boolean;
  pauseReading(): void;
  resumeReading(): void;
  /** The server has said all: close once the client has it. */
  finish(): void;
  /** The server was cut off, so the client is too. */
  abort(): void;
  /** The server could not be reached, and nothing was sent. */
  unreachable(): void;
}

/**
 * A connection to the full server that carries one client's bytes, both ways, unchanged and for good.
 * Shape: at each end reading stops while the other end is behind, so about one read of each direction is held.
 */
export class Tunnel {
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  private socket: Bun.Socket<Tunnel> | null = null;
  private clientEnded = false;
  private clientPaused = true;
  private port = 0;
  private readonly toServer: Outbound;

  /** `peers` gets the client's address under this tunnel's local port, before the server can see a byte of it. */
  constructor(
    private readonly client: TunnelClient,
    private readonly peers: Map<number, string>,
    held: HeldBytes,
  ) {
    this.toServer = new Outbound(held, () => this.client.abort());
  }

  connect(upstream: { hostname: string; port: number }, first: Buffer): void {
    this.client.pauseReading();
    this.toServer.send(first);
    Bun.connect<Tunnel>({ ...upstream, allowHalfOpen: true, data: this, socket: UPSTREAM }).catch(() => this.refused());
  }

  fromClient(bytes: Buffer): void {
    if (this.state === 'closed' || this.toServer.send(bytes) || this.clientPaused) return;
    this.clientPaused = true;
    this.client.pauseReading();
  }

  /** The client will send no more; the server learns it after the bytes before it. */
  clientEnd(): void {
    this.clientEnded = true;
    if (this.isOpen() && !this.toServer.blocked) this.socket?.shutdown();
  }

  /** The client is gone: the server sees its connection cut. */
  clientGone(): void {
    if (this.state === 'closed') return;
    this.socket?.terminate();
    this.closed();
  }

  resumeServer(): void {
    if (this.isOpen()) this.socket?.resume();
  }

  opened(socket: Bun.Socket<Tunnel>): void {
    if (this.state === 'closed') {
      socket.terminate();
      return;
    }
    this.state = 'open';
    this.socket = socket;
    this.port = socket.localPort;
    this.peers.set(this.port, this.client.peer);
    socket.setNoDelay(true);
    this.toServer.attach(socket);
    this.drained();
  }

  drained(): void {
    if (!this.isOpen() || !this.toServer.flush()) return;
    if (this.clientEnded) this.socket?.shutdown();
    if (!this.clientPaused) return;
    this.clientPaused = false;
    this.client.resumeReading();
  }

  fromServer(bytes: Buffer): void {
    if (!this.isOpen()) return;
    if (!this.client.send(bytes) && this.isOpen()) this.socket?.pause();
  }

  serverEnd(): void {
    if (this.state === 'closed') return;
    this.socket?.end();
    this.closed();
    this.client.finish();
  }

  serverGone(error: Error | undefined): void {
    if (this.state === 'closed') return;
    this.closed();
    if (error) this.client.abort();
    else this.client.finish();
  }

  refused(): void {
    if (this.state !== 'connecting') return;
    this.closed();
    this.client.unreachable();
  }

  private isOpen(): boolean {
    return this.state === 'open';
  }

  private closed(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    if (this.port !== 0) this.peers.delete(this.port);
    this.toServer.drop();
  }
}

const UPSTREAM: Bun.SocketHandler<Tunnel> = {
  open: (socket) => socket.data.opened(socket),
  data: (socket, bytes) => socket.data.fromServer(bytes),
  drain: (socket) => socket.data.drained(),
  end: (socket) => socket.data.serverEnd(),
  close: (socket, error) => socket.data.serverGone(error),
  error: (socket, error) => socket.data.serverGone(error),
  connectError: (socket) => socket.data.refused(),
};
