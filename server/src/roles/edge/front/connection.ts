import { plainAddress } from '../../../http/client-address.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type AnswerText, errorAnswer } from './answer.ts';
import type { FastAnswer, FastHandler } from './fast-request.ts';
import type { FrontLimits } from './limits.ts';
import { type HeldBytes, Outbound } from './outbound.ts';
import { INCOMPLETE, ODD, type RequestHead } from './request-head.ts';
import { Tunnel, type TunnelClient } from './tunnel.ts';

/** Answers of one turn are written together up to about this length, so that pipelining can't pile them up. */
const ANSWERS_LENGTH_MAX = 65_536;

/** What all connections of one front share. */
export interface Lane {
  readonly fast: FastHandler;
  readonly upstream: { readonly hostname: string; readonly port: number };
  readonly limits: FrontLimits;
  readonly now: Clock;
  readonly onError: (error: unknown) => void;
  readonly head: RequestHead;
  readonly answers: AnswerText;
  readonly held: HeldBytes;
  /** Client addresses by the local port of their tunnels. */
  readonly peers: Map<number, string>;
  /** The time of the last sweep: exact enough for limits of many seconds, and free. */
  tick: number;
  stopping: boolean;
}

/**
 * One client connection: in the fast lane until its first request that is not for it, then a tunnel for good.
 *
 * `fast` answers here; `tunnel` passes bytes on; `finishing` has all its answers, perhaps not yet taken by the
 * client; `lingering` has sent its end and throws away what still comes; `gone` is closed.
 */
export class Connection implements TunnelClient {
  readonly peer: string;
  private phase: 'fast' | 'tunnel' | 'finishing' | 'lingering' | 'gone' = 'fast';
  /** The last time a byte moved in the fast lane or towards a slow client, or the phase changed. */
  private since: number;
  /** When the head that is incomplete in `input` began; null between heads. */
  private headSince: number | null = null;
  /** Bytes read and not yet consumed: an incomplete head, or requests behind answers that the client does not take. */
  private input: Buffer | null = null;
  private clientEnded = false;
  /** An answer is promised: what the client sends meanwhile waits in `input`. */
  private promised = false;
  private tunnel: Tunnel | null = null;
  private readonly output: Outbound;

  constructor(
    private readonly socket: Bun.Socket<Connection>,
    private readonly lane: Lane,
  ) {
    this.peer = plainAddress(socket.remoteAddress);
    this.since = lane.tick;
    this.output = new Outbound(lane.held, () => this.abort());
    this.output.attach(socket);
  }

  received(bytes: Buffer): void {
    if (this.phase === 'tunnel') {
      this.tunnel?.fromClient(bytes);
    } else if (this.phase === 'fast') {
      this.since = this.lane.tick;
      const input = this.input === null ? bytes : Buffer.concat([this.takeInput(), bytes]);
      if (this.promised) this.holdInput(input);
      else if (this.output.blocked) this.keepInput(input);
      else this.answer(input);
    }
  }

  /** The client will send no more, but may still read. */
  ended(): void {
    this.clientEnded = true;
    if (this.phase === 'tunnel') this.tunnel?.clientEnd();
    else if (this.phase === 'lingering') this.socket.end();
    else if (this.phase === 'fast' && !this.output.blocked && !this.promised) this.finish();
  }

  drained(): void {
    if (!this.output.blocked) return;
    this.since = this.lane.tick;
    if (!this.output.flush()) return;
    if (this.phase === 'tunnel') this.tunnel?.resumeServer();
    else if (this.phase === 'finishing') this.linger();
    else if (this.phase === 'fast') this.readOn();
  }

  closed(): void {
    if (this.phase === 'gone') return;
    this.phase = 'gone';
    this.takeInput();
    this.output.drop();
    this.tunnel?.clientGone();
  }

  /** Closes what has passed a limit in time. */
  sweep(now: number): void {
    const { limits } = this.lane;
    const quietMs = now - this.since;
    if (this.phase === 'lingering') {
      if (quietMs > limits.lingerMs) this.socket.end();
    } else if (this.phase === 'tunnel') {
      // How long an open tunnel may be quiet is the full server's to say.
      if (this.tunnel?.state === 'connecting' && quietMs > limits.headMs) this.tunnel.refused();
    } else if (this.output.blocked) {
      if (quietMs > limits.idleMs) this.abort();
    } else if (this.headSince === null ? quietMs > limits.idleMs : now - this.headSince > limits.headMs) {
      this.socket.end();
    }
  }

  /** Closes a connection that waits between two requests; any other closes itself after its answer. */
  closeIfIdle(): void {
    if (this.phase === 'fast' && this.input === null && !this.output.blocked && !this.promised) this.socket.end();
  }

  /** Answers 503 and closes: the front has no room for this connection. */
  refuse(): void {
    this.write(this.lane.answers.of(errorAnswer('unavailable', 'Too many connections'), 'GET', 'close'));
    this.finish();
  }

  send(bytes: Buffer): boolean {
    return this.output.send(bytes);
  }

  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }

  finish(): void {
    if (this.phase === 'gone' || this.phase === 'lingering') return;
    this.phase = 'finishing';
    this.since = this.lane.tick;
    this.takeInput();
    if (!this.output.blocked) this.linger();
  }

  abort(): void {
    if (this.phase === 'gone') return;
    this.socket.terminate();
    this.closed();
  }

  unreachable(): void {
    this.write(this.lane.answers.of(errorAnswer('unavailable', 'The server is not available'), 'GET', 'close'));
    this.finish();
  }

  /** Answers the requests at the front of `input`, in order, until one is incomplete or not for this lane. */
  private answer(input: Buffer): void {
    const { lane } = this;
    const { head } = lane;
    let at = 0;
    let answers = '';
    while (at < input.length) {
      const end = head.read(input, at);
      const headBytes = (end > 0 ? end : input.length) - at;
      if (end === INCOMPLETE && headBytes <= lane.limits.headBytesMax) break;
      const answer = end === ODD || headBytes > lane.limits.headBytesMax ? null : this.ask();
      if (answer === null) {
        this.write(answers);
        this.handOver(input, at);
        return;
      }
      at = end;
      if (answer instanceof Promise) {
        this.write(answers);
        this.waitFor(answer, head.method, head.connection);
        this.headSince = null;
        if (at < input.length) this.holdInput(Buffer.from(input.subarray(at)));
        return;
      }
      const connection = lane.stopping ? 'close' : head.connection;
      answers += lane.answers.of(answer, head.method, connection);
      if (connection === 'close') {
        this.write(answers);
        this.finish();
        return;
      }
      if (answers.length > ANSWERS_LENGTH_MAX) {
        this.write(answers);
        answers = '';
        if (this.output.blocked) break;
      }
    }
    if (answers !== '') this.write(answers);
    if (at > 0) this.headSince = null;
    if (at < input.length) this.keepInput(at === 0 ? input : Buffer.from(input.subarray(at)));
    if (this.output.blocked) this.socket.pause();
  }

  private ask(): FastAnswer | Promise<FastAnswer> | null {
    this.lane.head.peer = this.peer;
    try {
      return this.lane.fast(this.lane.head);
    } catch (error) {
      return this.failed(error);
    }
  }

  private failed(error: unknown): FastAnswer {
    this.lane.onError(error);
    return errorAnswer('internal', 'Internal error');
  }

  private waitFor(answer: Promise<FastAnswer>, ...request: ['GET' | 'HEAD', RequestHead['connection']]): void {
    this.promised = true;
    answer.then(
      (found) => this.kept(found, ...request),
      (error) => this.kept(this.failed(error), ...request),
    );
  }

  /** A promised answer is there: goes on with the requests behind it. */
  private kept(answer: FastAnswer, method: 'GET' | 'HEAD', asked: RequestHead['connection']): void {
    this.promised = false;
    if (this.phase !== 'fast') return;
    this.since = this.lane.tick;
    const connection = this.lane.stopping ? 'close' : asked;
    this.write(this.lane.answers.of(answer, method, connection));
    if (connection === 'close') this.finish();
    else if (this.output.blocked) this.socket.pause();
    else this.readOn();
  }

  private handOver(input: Buffer, at: number): void {
    if (this.phase !== 'fast') return;
    this.phase = 'tunnel';
    this.since = this.lane.tick;
    this.tunnel = new Tunnel(this, this.lane.peers, this.lane.held);
    this.tunnel.connect(this.lane.upstream, at === 0 ? input : Buffer.from(input.subarray(at)));
    if (this.clientEnded) this.tunnel.clientEnd();
  }

  /** The client has taken all answers: goes on with the requests behind them. */
  private readOn(): void {
    if (this.promised) return;
    this.headSince = null;
    if (this.input !== null) this.answer(this.takeInput());
    if (this.phase !== 'fast' || this.output.blocked || this.promised) return;
    if (this.clientEnded) this.finish();
    else this.socket.resume();
  }

  private write(text: string): void {
    if (text === '') return;
    const taken = this.output.blocked ? 0 : this.socket.write(text);
    // Equal only for ASCII taken whole: the kernel counts bytes of UTF-8.
    if (taken < 0 || taken === text.length) return;
    const bytes = Buffer.from(text);
    if (taken < bytes.length) this.output.send(bytes, taken);
  }

  private linger(): void {
    this.phase = 'lingering';
    this.since = this.lane.tick;
    if (this.clientEnded) {
      this.socket.end();
      return;
    }
    this.socket.shutdown();
    this.socket.resume();
  }

  /** Keeps what came behind a request whose answer is promised, and lets the client send no more until it is there. */
  private holdInput(input: Buffer): void {
    this.keepInput(input);
    if (this.phase === 'fast') this.socket.pause();
  }

  private keepInput(input: Buffer): void {
    if (this.phase !== 'fast') return;
    if (!this.lane.held.take(input.length)) {
      this.abort();
      return;
    }
    this.headSince ??= this.lane.now();
    this.input = input;
  }

  private takeInput(): Buffer {
    const input = this.input ?? Buffer.alloc(0);
    this.input = null;
    this.lane.held.give(input.length);
    return input;
  }
}
