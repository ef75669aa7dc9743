import type { WireText } from '../../../clicks/click.ts';

/**
 * One plain request, as the fast lane hands it to its handler.
 * Shape: one object serves all requests of a front and is valid only during the handler's call; take strings from it.
 * Every text is the bytes on the wire read as latin1, without control characters (no byte below 0x20, no 0x7f).
 */
export interface FastRequest {
  readonly method: 'GET' | 'HEAD';
  /** Raw, not decoded, without the query; begins with '/'. */
  readonly path: string;
  /** Raw, without '?'; '' when there is none. */
  readonly query: string;
  /** The address the connection came from; IPv4 in its short form on a dual-stack listener too. */
  readonly peer: string;
  /** The first value of a header, trimmed; '' when absent. `name` is in lower case. */
  header(name: string): string;
  /** The same as bytes, which spares making a string of what is only passed on. Valid only during the call. */
  headerText(name: string): WireText;
}

/**
 * A whole answer with a status other than 1xx, 204 and 304, which may carry no Content-Length.
 * Shape: `head` is ASCII, status line and headers, each line ended by CRLF, without Date, Connection and
 * Content-Length, which the front adds. `body` is sent as UTF-8; of a HEAD only its length is.
 */
export interface FastAnswer {
  readonly head: string;
  readonly body: string;
}

/**
 * Answers a plain request, or returns null to hand the connection to the full server. What the connection says behind a
 * request whose answer is promised waits for that answer.
 * Errors: what it throws or rejects with is answered 500 `internal` and told to the front's `onError`.
 */
export type FastHandler = (request: FastRequest) => FastAnswer | Promise<FastAnswer> | null;
