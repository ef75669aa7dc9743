import type { CapturedClick, OutboxClick, WireText } from '../../clicks/click.ts';

/**
 * A raw segment: a file of fixed size, zero-filled when it is made, then filled from the front.
 *
 *   header   64 bytes: magic, edge id, seq of the first record, time of creation
 *   record   u32 length, u32 CRC-32 of the payload, payload, padded to 4 bytes
 *
 * The length is written last, so a record is either whole or not there when the process dies; the CRC catches
 * pages that a loss of power kept from the disk. A length of 0 is the end. All integers are little-endian.
 */
export const HEADER_BYTES = 64;
export const RECORD_HEAD_BYTES = 8;
const MAGIC = 'WMOUTBX1';

/** Most bytes one record can take: seven captured strings of 512 characters at 3 bytes each, and the numbers. */
export const RECORD_BYTES_MAX = 16_384;

export interface SegmentHeader {
  edgeId: string;
  firstSeq: number;
  createdAt: number;
}

export function writeHeader(bytes: Buffer, header: SegmentHeader): void {
  bytes.write(header.edgeId, 8, 32, 'latin1');
  bytes.writeDoubleLE(header.firstSeq, 40);
  bytes.writeDoubleLE(header.createdAt, 48);
  bytes.write(MAGIC, 0, 8, 'latin1');
}

/** Null for a file that is no segment, or one whose header never reached the disk. */
export function readHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 8) !== MAGIC) return null;
  return {
    edgeId: bytes.toString('latin1', 8, 40),
    firstSeq: bytes.readDoubleLE(40),
    createdAt: bytes.readDoubleLE(48),
  };
}

export function recordBytes(length: number): number {
  return (RECORD_HEAD_BYTES + length + 3) & ~3;
}

const SEPARATOR = '\x1f';
const SEPARATOR_BYTE = 0x1f;
const SPACE = 0x20;
const ZERO = 0x30;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what separates fields here.
const CONTROLS = /[\x00-\x1f]/g;

/** @NOTE `utf8Write` is half the cost of `write`, which looks at its arguments first; the types leave it out. */
export type RecordBytes = Buffer & { utf8Write(text: string, offset: number): number };

/**
 * Writes one line of text at `start`, fields apart by U+001F, which no field keeps, and returns where it ends.
 * Shape: straight into place, byte for byte: strings made on the way would cost as much again as the writing.
 */
export function writeClick(bytes: RecordBytes, start: number, click: CapturedClick): number {
  let at = writeNumber(bytes, start, click.at);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeNumber(bytes, at, click.linkId);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeNumber(bytes, at, click.urlVersion);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeNumber(bytes, at, click.domainId);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeString(bytes, at, click.address);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeText(bytes, at, click.userAgent);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeText(bytes, at, click.referrer);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeText(bytes, at, click.acceptLanguage);
  bytes[at++] = SEPARATOR_BYTE;
  at = writeText(bytes, at, click.purpose);
  bytes[at++] = SEPARATOR_BYTE;
  return writeString(bytes, at, click.query);
}

function writeText(bytes: RecordBytes, start: number, text: WireText): number {
  if (typeof text === 'string') return writeString(bytes, start, text);
  const { bytes: from, end } = text;
  let at = start;
  for (let i = text.start; i < end; i++) {
    const byte = from[i] as number;
    if (byte < 0x80) bytes[at++] = byte;
    else {
      bytes[at++] = 0xc0 | (byte >> 6);
      bytes[at++] = 0x80 | (byte & 0x3f);
    }
  }
  return at;
}

function writeString(bytes: RecordBytes, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < SPACE || unit > 0x7f) return start + bytes.utf8Write(text.replace(CONTROLS, ' '), start);
    bytes[start + i] = unit;
  }
  return start + text.length;
}

/** In decimal; `value` is an integer, 0 and up. */
function writeNumber(bytes: RecordBytes, start: number, value: number): number {
  let digits = 1;
  for (let limit = 10; limit <= value; limit *= 10) digits++;
  let rest = value;
  // Beyond 32 bits a division is one of doubles, so those digits go first and in one go.
  let at = start + digits - 1;
  while (rest > 0x7fffffff) {
    const tenth = Math.floor(rest / 10);
    bytes[at--] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  for (let small = rest | 0; at >= start; small = (small / 10) | 0) bytes[at--] = ZERO + (small % 10);
  return start + digits;
}

/** Null for a payload that `writeClick` did not write. */
export function decodeClick(payload: string, seq: number): OutboxClick | null {
  const fields = payload.split(SEPARATOR);
  const [at, linkId, urlVersion, domainId, address, userAgent, referrer, acceptLanguage, purpose, query] = fields;
  if (fields.length !== 10 || query === undefined) return null;
  const click = {
    seq,
    at: Number(at),
    linkId: Number(linkId),
    urlVersion: Number(urlVersion),
    domainId: Number(domainId),
    address: address ?? '',
    userAgent: userAgent ?? '',
    referrer: referrer ?? '',
    acceptLanguage: acceptLanguage ?? '',
    purpose: purpose ?? '',
    query,
  };
  return Number.isSafeInteger(click.at) && Number.isSafeInteger(click.linkId) && Number.isSafeInteger(click.urlVersion)
    ? click
    : null;
}
