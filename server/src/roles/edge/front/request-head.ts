import type { WireText } from '../../../clicks/click.ts';
import type { FastRequest } from './fast-request.ts';

/** More bytes are needed to tell. */
export const INCOMPLETE = 0;
/** Not a plain request: whatever it is, the full server decides. */
export const ODD = -1;

const LINES_MAX = 100;
const CR = 13;
const LF = 10;
const SPACE = 32;
const COLON = 58;
const QUESTION_MARK = 63;

/** @NOTE Cheaper than `toString('latin1')`, which looks at its arguments first; the types leave it out. */
type Sliceable = Buffer & { latin1Slice(start: number, end: number): string };

const ALPHANUMERIC = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const TOKEN = bytesOf(`!#$%&'*+-.^_\`|~${ALPHANUMERIC}`);
const HOST = bytesOf(`.:-_[]${ALPHANUMERIC}`);
const TARGET = bytesWhere((byte) => byte > SPACE && byte < 0x7f && byte !== 0x23);
/** Stricter than RFC 9110 5.5: a tab is legal there, but a separator in what a click is stored as. */
const VALUE = bytesWhere((byte) => byte >= SPACE && byte !== 0x7f);

function bytesWhere(allowed: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (allowed(byte) ? 1 : 0));
}

function bytesOf(characters: string): Uint8Array {
  return bytesWhere((byte) => characters.includes(String.fromCharCode(byte)));
}

/**
 * Reads one request head from raw bytes and then stands for it.
 *
 * Only what every reader of HTTP/1.1 reads alike passes (RFC 9112): GET or HEAD, origin form, CRLF line ends, token
 * names without a blank before the colon, no folding, one valid Host, no Transfer-Encoding, no Content-Length but a
 * single 0, no Upgrade and no Expect. Such a request has no body, so it ends at its first empty line for a proxy
 * before us as for us, and the bytes after it begin the next request. Anything in doubt is ODD and is passed on whole.
 */
export class RequestHead implements FastRequest {
  method: 'GET' | 'HEAD' = 'GET';
  path = '';
  query = '';
  peer = '';
  /** What the request asks of its connection, by version and Connection header. */
  connection: 'keep' | 'keep-1.0' | 'close' = 'keep';

  private bytes = Buffer.alloc(0) as Sliceable;
  private lineCount = 0;
  /** Three offsets for each header line: its start, its colon and its end. */
  private readonly lines = new Int32Array(LINES_MAX * 3);

  /** Reads the head that begins at `from`: the offset just after it, INCOMPLETE, or ODD. */
  read(bytes: Buffer, from: number): number {
    const length = bytes.length;
    const head = bytes[from] === 0x48;
    let at = skip(bytes, from, head ? 'HEAD /' : 'GET /');
    if (at <= 0) return at;
    const targetAt = at - 1;
    while (at < length && TARGET[bytes[at] as number] === 1) at++;
    const targetEnd = at;
    at = skip(bytes, at, ' HTTP/1.');
    if (at <= 0) return at;
    if (at === length) return INCOMPLETE;
    const minor = bytes[at] as number;
    if (minor !== 0x30 && minor !== 0x31) return ODD;
    at = skip(bytes, at + 1, '\r\n');
    if (at <= 0) return at;

    const end = this.readLines(bytes, at);
    if (end <= 0) return end;
    this.bytes = bytes as Sliceable;
    if (!this.isPlain(minor === 0x31)) return ODD;

    this.method = head ? 'HEAD' : 'GET';
    let pathEnd = targetAt;
    while (pathEnd < targetEnd && bytes[pathEnd] !== QUESTION_MARK) pathEnd++;
    this.path = this.bytes.latin1Slice(targetAt, pathEnd);
    this.query = pathEnd < targetEnd ? this.bytes.latin1Slice(pathEnd + 1, targetEnd) : '';
    return end;
  }

  header(name: string): string {
    const line = this.lineOf(name);
    return line < 0 ? '' : this.value(line);
  }

  headerText(name: string): WireText {
    const line = this.lineOf(name);
    if (line < 0) return '';
    const start = this.valueStart(line);
    const end = this.valueEnd(line);
    return start < end ? { bytes: this.bytes, start, end } : '';
  }

  /** The first line of that name; -1 for none. */
  private lineOf(name: string): number {
    const { lines } = this;
    for (let line = 0; line < this.lineCount * 3; line += 3) {
      const start = lines[line] as number;
      const colon = lines[line + 1] as number;
      if (colon - start === name.length && this.isNamed(start, name)) return line;
    }
    return -1;
  }

  private readLines(bytes: Buffer, from: number): number {
    const { lines } = this;
    const length = bytes.length;
    let at = from;
    let line = 0;
    while (at < length && bytes[at] !== CR) {
      if (line === lines.length) return ODD;
      const start = at;
      while (at < length && TOKEN[bytes[at] as number] === 1) at++;
      if (at === length) return INCOMPLETE;
      if (at === start || bytes[at] !== COLON) return ODD;
      const colon = at++;
      while (at < length && VALUE[bytes[at] as number] === 1) at++;
      lines[line] = start;
      lines[line + 1] = colon;
      lines[line + 2] = at;
      line += 3;
      if (at === length) return INCOMPLETE;
      if (bytes[at] !== CR) return ODD;
      if (++at === length) return INCOMPLETE;
      if (bytes[at++] !== LF) return ODD;
    }
    this.lineCount = line / 3;
    if (length - at < 2) return INCOMPLETE;
    return bytes[at + 1] === LF ? at + 2 : ODD;
  }

  /** Looks at the headers that say where a request ends and what becomes of its connection. */
  private isPlain(version11: boolean): boolean {
    const { lines } = this;
    let hosts = 0;
    let lengths = 0;
    let connections = 0;
    this.connection = version11 ? 'keep' : 'close';
    for (let line = 0; line < this.lineCount * 3; line += 3) {
      const start = lines[line] as number;
      switch ((lines[line + 1] as number) - start) {
        case 4:
          if (this.isNamed(start, 'host') && (hosts++ > 0 || !this.isHost(line))) return false;
          break;
        case 6:
          if (this.isNamed(start, 'expect')) return false;
          break;
        case 7:
          if (this.isNamed(start, 'upgrade')) return false;
          break;
        case 10:
          if (this.isNamed(start, 'connection') && (connections++ > 0 || !this.readConnection(line, version11))) {
            return false;
          }
          break;
        case 14:
          if (this.isNamed(start, 'content-length') && (lengths++ > 0 || this.value(line) !== '0')) return false;
          break;
        case 17:
          if (this.isNamed(start, 'transfer-encoding')) return false;
          break;
      }
    }
    return hosts === 1;
  }

  private readConnection(line: number, version11: boolean): boolean {
    const value = this.value(line).toLowerCase();
    if (value === 'close') this.connection = 'close';
    else if (value === 'keep-alive') this.connection = version11 ? 'keep' : 'keep-1.0';
    else return false;
    return true;
  }

  private isHost(line: number): boolean {
    const { bytes } = this;
    const start = this.valueStart(line);
    const end = this.valueEnd(line);
    for (let at = start; at < end; at++) {
      if (HOST[bytes[at] as number] !== 1) return false;
    }
    return start < end;
  }

  private isNamed(start: number, name: string): boolean {
    const { bytes } = this;
    for (let i = 0; i < name.length; i++) {
      // A token byte with this bit set is its lower case, or no letter of a name asked for.
      if (((bytes[start + i] as number) | 0x20) !== name.charCodeAt(i)) return false;
    }
    return true;
  }

  private value(line: number): string {
    return this.bytes.latin1Slice(this.valueStart(line), this.valueEnd(line));
  }

  /** @NOTE Blanks are the byte 0x20 alone: `trim()` would take 0xa0 for one too. */
  private valueStart(line: number): number {
    const { bytes, lines } = this;
    const end = lines[line + 2] as number;
    let start = (lines[line + 1] as number) + 1;
    while (start < end && bytes[start] === SPACE) start++;
    return start;
  }

  private valueEnd(line: number): number {
    const { bytes, lines } = this;
    const start = (lines[line + 1] as number) + 1;
    let end = lines[line + 2] as number;
    while (end > start && bytes[end - 1] === SPACE) end--;
    return end;
  }
}

/** The offset after `literal` when it stands at `from`, INCOMPLETE when the bytes end within it, else ODD. */
function skip(bytes: Buffer, from: number, literal: string): number {
  const there = Math.min(bytes.length - from, literal.length);
  for (let i = 0; i < there; i++) {
    if (bytes[from + i] !== literal.charCodeAt(i)) return ODD;
  }
  return there === literal.length ? from + there : INCOMPLETE;
}
