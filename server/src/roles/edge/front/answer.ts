import { ERROR_STATUS, type ErrorCode } from '@waymark/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { FastAnswer } from './fast-request.ts';

const REASONS: Record<number, string> = { 500: 'Internal Server Error', 503: 'Service Unavailable' };

const CONNECTION = { keep: '', 'keep-1.0': 'Connection: keep-alive\r\n', close: 'Connection: close\r\n' } as const;

/** Puts answers into the text that goes on the wire, with a Date that is renewed from outside once a second. */
export class AnswerText {
  private date = '';
  /** The end of the commonest answer: no body, connection kept. */
  private emptyTail = '';

  constructor(private readonly now: Clock) {
    this.renewDate();
  }

  renewDate(): void {
    this.date = `Date: ${new Date(this.now()).toUTCString()}\r\n`;
    this.emptyTail = `${this.date}Content-Length: 0\r\n\r\n`;
  }

  of(answer: FastAnswer, method: 'GET' | 'HEAD', connection: keyof typeof CONNECTION): string {
    const { head, body } = answer;
    if (body === '' && connection === 'keep') return head + this.emptyTail;
    const length = `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return head + this.date + CONNECTION[connection] + length + (method === 'HEAD' ? '' : body);
  }
}

/** An error of the front itself, in the shape of the classic API. */
export function errorAnswer(code: ErrorCode, message: string): FastAnswer {
  const status = ERROR_STATUS[code];
  const retry = status === 503 ? 'Retry-After: 1\r\n' : '';
  return {
    head: `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n${retry}`,
    body: JSON.stringify({ error: message, code, status, details: [] }),
  };
}
