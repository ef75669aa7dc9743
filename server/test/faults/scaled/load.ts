import type { Socket } from 'bun';
import type { Tally } from '../visitors.ts';

export interface LoadOptions {
  /** Codes with the share of visits each gets; each leads to https://example.com/{code}. */
  shares: Readonly<Record<string, number>>;
  /** Visits begun in a second, whatever becomes of those before. */
  perSecond: number;
  /** Connections at most; a visit that finds all of them busy is `unasked`. Default 1,000. */
  connections?: number;
  /** Visitors' addresses, told in X-Forwarded-For. Default 50. */
  addresses?: number;
  /** A visit without an answer after this is given up. Default 10 s. Units: ms. */
  patienceMs?: number;
}

interface Visit {
  code: string;
  /** When it began, by performance.now(). */
  since: number;
  isRepeat: boolean;
}

interface Line {
  visit: Visit | null;
  unread: string;
  /** Answers so far. */
  answers: number;
}

const TICK_MS = 5;
const HEAD_END = '\r\n\r\n';
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
  'curl/8.9.1',
];

/**
 * Visitors who come at their own pace, as real ones do: a server that stalls finds them waiting, not gone.
 * For every link it counts the requests that left and the redirects that arrived whole.
 */
export class Load {
  readonly tallies = new Map<string, Tally>();
  /** Visits that got no redirect, by what they got instead. */
  readonly failures = new Map<string, number>();
  /** Requests sent once more because a kept connection was closed under them, as any HTTP client does. Part of `sent`. */
  repeats = 0;
  /** Visits that could not begin. */
  unasked = 0;
  /** The longest that a visit waited for its redirect. Units: ms. */
  slowestMs = 0;
  private begun = 0;
  private port: number | null = null;
  private start = performance.now();
  private readonly idle: Socket<Line>[] = [];
  private readonly lines = new Set<Socket<Line>>();
  private connecting = 0;
  private readonly timer: Timer;
  private readonly codes: readonly string[];
  private readonly upTo: readonly number[];
  private random = 0x2545f491;

  constructor(private readonly options: LoadOptions) {
    const shares = Object.entries(options.shares);
    const total = shares.reduce((sum, [, share]) => sum + share, 0);
    let upTo = 0;
    this.codes = shares.map(([code]) => code);
    this.upTo = shares.map(([, share]) => (upTo += share / total));
    for (const code of this.codes) this.tallies.set(code, { sent: 0, redirected: 0 });
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Where visitors go from here on; null: nowhere. */
  visit(port: number | null): void {
    this.port = port;
    this.start = performance.now();
    this.begun = 0;
  }

  get total(): Tally {
    const total = { sent: 0, redirected: 0 };
    for (const { sent, redirected } of this.tallies.values()) {
      total.sent += sent;
      total.redirected += redirected;
    }
    return total;
  }

  /** Begins no more visits and waits until those under way are answered or given up. */
  async leave(): Promise<void> {
    this.port = null;
    while (this.connecting > 0 || [...this.lines].some(({ data }) => data.visit !== null)) await Bun.sleep(TICK_MS);
    clearInterval(this.timer);
    for (const line of this.lines) line.end();
  }

  private tick(): void {
    const now = performance.now();
    const { perSecond, patienceMs = 10_000 } = this.options;
    for (const line of this.lines) {
      if (line.data.visit !== null && now - line.data.visit.since > patienceMs) this.give(line, 'no answer in time');
    }
    if (this.port === null) return;
    const due = Math.floor(((now - this.start) / 1000) * perSecond);
    for (; this.begun < due; this.begun++) this.begin({ code: this.pick(), since: now, isRepeat: false });
  }

  private begin(visit: Visit): void {
    const line = this.idle.pop();
    if (line !== undefined) this.send(line, visit);
    else if (this.lines.size + this.connecting < (this.options.connections ?? 1000)) void this.connect(visit);
    else this.unasked++;
  }

  private async connect(visit: Visit): Promise<void> {
    const { port } = this;
    if (port === null) {
      this.fail('nowhere to go');
      return;
    }
    this.connecting++;
    try {
      await Bun.connect<Line>({
        hostname: '127.0.0.1',
        port,
        data: { visit: null, unread: '', answers: 0 },
        socket: {
          open: (line) => {
            this.lines.add(line);
            this.send(line, visit);
          },
          data: (line, bytes) => this.received(line, bytes),
          close: (line) => this.closed(line),
          error: () => {},
        },
      });
    } catch {
      this.fail('no connection');
    } finally {
      this.connecting--;
    }
  }

  private send(line: Socket<Line>, visit: Visit): void {
    const { code } = visit;
    const n = this.draw();
    const address = `198.51.100.${Math.floor(n * (this.options.addresses ?? 50))}`;
    const agent = AGENTS[Math.floor(n * 997) % AGENTS.length];
    line.data.visit = visit;
    const tally = this.tallies.get(code);
    if (tally) tally.sent++;
    // A head is far smaller than the buffer of a connection that waits for nothing, so it is taken whole.
    line.write(
      `GET /${code}?utm_source=s${Math.floor(n * 5)} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent}\r\n` +
        `X-Forwarded-For: ${address}\r\nAccept-Language: de\r\n\r\n`,
    );
  }

  private received(line: Socket<Line>, bytes: Buffer): void {
    const { data } = line;
    data.unread += bytes.toString('latin1');
    const end = data.unread.indexOf(HEAD_END);
    if (end === -1 || data.visit === null) return;
    const head = data.unread.slice(0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (data.unread.length < end + HEAD_END.length + length) return;
    data.unread = '';
    data.answers++;
    const { code, since } = data.visit;
    data.visit = null;
    const tally = this.tallies.get(code);
    const status = head.slice(9, 12);
    if (status === '302' && tally && head.includes(`https://example.com/${code}`)) {
      tally.redirected++;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - since);
    } else this.fail(`status ${status}`);
    if (/^connection: close/im.test(head)) line.end();
    else this.idle.push(line);
  }

  private closed(line: Socket<Line>): void {
    this.lines.delete(line);
    const at = this.idle.indexOf(line);
    if (at !== -1) this.idle.splice(at, 1);
    const { visit, answers, unread } = line.data;
    if (visit === null) return;
    line.data.visit = null;
    // RFC 9110, 9.2.2: a server may close a kept connection at any time, and a client then asks again on another.
    if (answers > 0 && unread === '' && !visit.isRepeat) {
      this.repeats++;
      void this.connect({ ...visit, isRepeat: true });
    } else this.fail('cut off');
  }

  private give(line: Socket<Line>, reason: string): void {
    line.data.visit = null;
    this.fail(reason);
    line.terminate();
  }

  private fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  private pick(): string {
    const n = this.draw();
    const at = this.upTo.findIndex((upTo) => n < upTo);
    return this.codes[at === -1 ? 0 : at] ?? '';
  }

  /** From 0 up to 1; the same in every run. Source: xorshift32. */
  private draw(): number {
    this.random ^= this.random << 13;
    this.random ^= this.random >>> 17;
    this.random ^= this.random << 5;
    return (this.random >>> 0) / 2 ** 32;
  }
}
