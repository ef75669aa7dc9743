import type { FastAnswer, FastHandler } from './fast-request.ts';
import { type Front, type FrontOptions, startFront } from './front.ts';

/** What `fast` of a fixture saw of one request. */
export interface Seen {
  method: string;
  path: string;
  query: string;
  peer: string;
  agent: string;
  host: string;
}

/**
 * A front for tests: `/go...` is answered in the fast lane, `/later...` there once `promised` is settled, `/bang` throws,
 * all else goes to `upstreamPort`.
 */
export interface Fixture extends AsyncDisposable {
  front: Front;
  /** What `/later...` waits for, by path, as it was asked. */
  promised: Map<string, PromiseWithResolvers<FastAnswer>>;
  seen: Seen[];
  /** What `onError` was told; a test takes out what it expects, the rest fails it. */
  errors: unknown[];
  /** The front's clock, in epoch ms; moved by hand. */
  time: { now: number };
}

export function redirectTo(url: string, body = ''): FastAnswer {
  return { head: `HTTP/1.1 302 Found\r\nLocation: ${url}\r\n`, body };
}

export function startFixture(upstreamPort: number, options: Partial<FrontOptions> = {}): Fixture {
  const seen: Seen[] = [];
  const errors: unknown[] = [];
  const promised: Fixture['promised'] = new Map();
  const time = { now: Date.parse('2026-04-03T12:00:00Z') };
  const fast: FastHandler = (request) => {
    const { method, path, query, peer } = request;
    seen.push({ method, path, query, peer, agent: request.header('user-agent'), host: request.header('host') });
    if (path === '/bang') throw new Error('bang');
    if (path.startsWith('/later')) {
      const answer = Promise.withResolvers<FastAnswer>();
      promised.set(path, answer);
      return answer.promise;
    }
    if (path === '/gobody') return redirectTo('https://example.com/', 'größe');
    return path.startsWith('/go') ? redirectTo(`https://example.com${path}`) : null;
  };
  const front = startFront({
    hostname: '127.0.0.1',
    port: 0,
    fast,
    upstream: { hostname: '127.0.0.1', port: upstreamPort },
    now: () => time.now,
    onError: (error) => errors.push(error),
    ...options,
    limits: { sweepMs: 5, ...options.limits },
  });
  const dispose = async () => {
    await front.stop(0);
    if (errors.length > 0) throw errors[0];
  };
  return { front, promised, seen, errors, time, [Symbol.asyncDispose]: dispose };
}

/** A client that sends bytes as they are and keeps what comes back. */
export class RawClient implements Disposable {
  private chunks: Buffer[] = [];
  private unsent: Buffer[] = [];
  private socket: Bun.Socket | null = null;
  private wake: (() => void) | null = null;
  closed = false;
  ended = false;
  receivedBytes = 0;

  static async connect(port: number): Promise<RawClient> {
    const client = new RawClient();
    const wake = () => client.wake?.();
    client.socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      allowHalfOpen: true,
      socket: {
        data(_, bytes) {
          client.chunks.push(bytes);
          client.receivedBytes += bytes.length;
          wake();
        },
        drain() {
          client.pump();
          wake();
        },
        end() {
          client.ended = true;
          wake();
        },
        close() {
          client.ended = true;
          client.closed = true;
          wake();
        },
      },
    });
    return client;
  }

  get localPort(): number {
    return this.socket?.localPort ?? 0;
  }

  get unsentBytes(): number {
    return this.unsent.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  send(bytes: string | Buffer): void {
    this.unsent.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    this.pump();
  }

  /** Sends `bytes` and lets the server's side of this process read them before it returns. */
  async sendApart(bytes: string): Promise<void> {
    this.send(bytes);
    for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  shutdown(): void {
    this.socket?.shutdown();
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  reset(): void {
    this.socket?.terminate();
  }

  bytes(): Buffer {
    const all = Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }

  text(): string {
    return this.bytes().toString('latin1');
  }

  /** Waits until what came fulfils `done`, or the server has closed. */
  async until(done: (client: RawClient) => boolean): Promise<string> {
    while (!done(this) && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.text();
  }

  /** Waits for `count` answers, told by their status lines and, for the last one, its whole head. */
  answers(count: number): Promise<string> {
    return this.until((client) => {
      const text = client.text();
      const heads = text.split('HTTP/1.1 ').length - 1;
      return heads >= count && text.indexOf('\r\n\r\n', text.lastIndexOf('HTTP/1.1 ')) >= 0;
    });
  }

  untilEnd(): Promise<string> {
    return this.until(() => false);
  }

  [Symbol.dispose](): void {
    this.socket?.terminate();
  }

  private pump(): void {
    while (this.socket) {
      const first = this.unsent[0];
      if (!first) return;
      const taken = this.socket.write(first);
      if (taken < 0) return;
      if (taken < first.length) {
        this.unsent[0] = first.subarray(taken);
        return;
      }
      this.unsent.shift();
    }
  }
}

/** A plain GET as a program would send it. */
export function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: short.example\r\n${headers}\r\n`;
}

/** Yields to the event loop until `done`. Errors: throws when that takes over five seconds. */
export async function waitFor(done: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !done(); await Bun.sleep(1)) {
    if (Date.now() > end) throw new Error('waited in vain');
  }
}

/** The value that `read` settles at: above zero and the same for a while, as when a stream has come to a stop. */
export async function stillness(read: () => number): Promise<number> {
  let last = read();
  for (let same = 0; same < 30; same++) {
    await Bun.sleep(1);
    if (last === 0 || read() !== last) same = 0;
    last = read();
  }
  return last;
}
