/**
 * Clients that follow links as fast as they are answered, over keep-alive connections, and keep count for every link:
 * of the requests that began to leave, and of the redirects that arrived whole. They outlive the server.
 */
export interface VisitorsOptions {
  /** Codes with the share of requests each gets. */
  codes: Readonly<Record<string, number>>;
  connections: number;
  /** Requests of one connection that are under way together. Default 1. */
  pipelined?: number;
  /** First request of every connection, answered in any way but a redirect. After it the full server answers. */
  opening?: string;
  /** Characters of a Referer, which the outbox keeps up to a limit. Default 0. */
  referrerLength?: number;
  /** Pause of a connection after each answer; 0 asks again at once. Units: ms. */
  pauseMs?: number;
}

export interface Tally {
  /** Requests of which at least one byte was handed to the kernel. */
  sent: number;
  /** Whole 302 answers. */
  redirected: number;
}

const RETRY_MS = 15;
const HEAD_END = Buffer.from('\r\n\r\n');
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'curl/8.9.1',
  'Googlebot/2.1',
];

interface Visit {
  code: string | null;
}

interface Line {
  waiting: Visit[];
  unread: Buffer;
  unsent: Buffer | null;
}

export class Visitors {
  readonly tallies = new Map<string, Tally>();
  /** What was answered and was no redirect, by status; the opening's answers aside. */
  readonly otherAnswers = new Map<number, number>();
  /** Requests of connections that ended before their answer. */
  cutOff = 0;
  private port: number | null = null;
  private running = true;
  private readonly open = new Set<Bun.Socket<Line>>();
  private readonly codes: { code: string; upTo: number }[] = [];
  private readonly referrer: string;
  private turn = 0;
  private random = 0x2545f491;

  constructor(private readonly options: VisitorsOptions) {
    const { referrerLength = 0 } = options;
    this.referrer = referrerLength > 0 ? `Referer: https://example.org/${'r'.repeat(referrerLength)}\r\n` : '';
    const total = Object.values(options.codes).reduce((sum, share) => sum + share, 0);
    let upTo = 0;
    for (const [code, share] of Object.entries(options.codes)) {
      upTo += share / total;
      this.codes.push({ code, upTo });
      this.tallies.set(code, { sent: 0, redirected: 0 });
    }
    for (let i = 0; i < options.connections; i++) void this.connect();
  }

  /** Where the server listens now; null while there is none. */
  visit(port: number | null): void {
    this.port = port;
  }

  /** Sends no more, waits for what is under way as long as its connections live. Units: ms. */
  async leave(waitMs = 5000): Promise<void> {
    this.running = false;
    const deadline = performance.now() + waitMs;
    while ([...this.open].some(({ data }) => data.waiting.length > 0) && performance.now() < deadline) await pause(5);
    for (const socket of this.open) socket.end();
  }

  get total(): Tally {
    const total = { sent: 0, redirected: 0 };
    for (const { sent, redirected } of this.tallies.values()) {
      total.sent += sent;
      total.redirected += redirected;
    }
    return total;
  }

  private async connect(): Promise<void> {
    while (this.running) {
      if (this.port !== null) {
        try {
          await Bun.connect<Line>({
            hostname: '127.0.0.1',
            port: this.port,
            data: { waiting: [], unread: Buffer.alloc(0), unsent: null },
            socket: {
              open: (socket) => this.opened(socket),
              data: (socket, bytes) => this.received(socket, bytes),
              drain: (socket) => this.flush(socket),
              close: (socket) => this.closed(socket),
              error: () => {},
            },
          });
          return;
        } catch {
          // Nobody listens just now.
        }
      }
      await pause(RETRY_MS);
    }
  }

  private opened(socket: Bun.Socket<Line>): void {
    this.open.add(socket);
    const { opening, pipelined = 1 } = this.options;
    if (opening !== undefined) this.send(socket, opening, { code: null });
    for (let i = 0; i < pipelined; i++) this.follow(socket);
  }

  private closed(socket: Bun.Socket<Line>): void {
    this.open.delete(socket);
    this.cutOff += socket.data.waiting.filter(({ code }) => code !== null).length;
    socket.data.waiting = [];
    void this.connect();
  }

  private follow(socket: Bun.Socket<Line>): void {
    if (!this.running || !this.open.has(socket) || socket.data.unsent !== null) return;
    const code = this.pick();
    const agent = AGENTS[this.turn++ % AGENTS.length];
    const head = `GET /${code}?utm_source=s${this.turn % 5} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent}\r\nAccept-Language: de\r\n${this.referrer}\r\n`;
    const tally = this.tallies.get(code);
    if (tally) tally.sent++;
    this.send(socket, head, { code });
  }

  private send(socket: Bun.Socket<Line>, text: string, visit: Visit): void {
    socket.data.waiting.push(visit);
    const bytes = Buffer.from(text);
    const taken = Math.max(0, socket.write(bytes));
    if (taken < bytes.length) socket.data.unsent = bytes.subarray(taken);
  }

  private flush(socket: Bun.Socket<Line>): void {
    const { unsent } = socket.data;
    if (unsent === null) return;
    const taken = Math.max(0, socket.write(unsent));
    socket.data.unsent = taken < unsent.length ? unsent.subarray(taken) : null;
  }

  private received(socket: Bun.Socket<Line>, bytes: Buffer): void {
    const line = socket.data;
    let unread = line.unread.length === 0 ? bytes : Buffer.concat([line.unread, bytes]);
    for (;;) {
      const end = unread.indexOf(HEAD_END);
      if (end === -1) break;
      const head = unread.toString('latin1', 0, end);
      const whole = end + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (unread.length < whole) break;
      unread = unread.subarray(whole);
      this.answered(socket, head);
    }
    line.unread = Buffer.from(unread);
  }

  private answered(socket: Bun.Socket<Line>, head: string): void {
    const visit = socket.data.waiting.shift();
    if (!visit) throw new Error(`an answer to no request: ${head}`);
    if (visit.code === null) return;
    const status = Number(head.slice(9, 12));
    const tally = this.tallies.get(visit.code);
    if (status === 302 && tally && head.includes(`https://example.com/${visit.code}`)) tally.redirected++;
    else this.otherAnswers.set(status, (this.otherAnswers.get(status) ?? 0) + 1);
    if (/^connection: close/im.test(head)) return;
    const { pauseMs = 0 } = this.options;
    if (pauseMs > 0) setTimeout(() => this.follow(socket), pauseMs);
    else this.follow(socket);
  }

  private pick(): string {
    this.random ^= this.random << 13;
    this.random ^= this.random >>> 17;
    this.random ^= this.random << 5;
    const at = (this.random >>> 0) / 2 ** 32;
    return (this.codes.find(({ upTo }) => at < upTo) ?? this.codes[0])?.code ?? '';
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));
