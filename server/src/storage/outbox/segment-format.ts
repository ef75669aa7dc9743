import type { OutboxClick, RawClick } from '../../clicks/click.ts';

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
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what separates fields here.
const CONTROL = /[\x00-\x1f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const CONTROLS = /[\x00-\x1f]/g;

const clean = (text: string) => (CONTROL.test(text) ? text.replace(CONTROLS, ' ') : text);

/** One line of text, fields apart by U+001F, which no field keeps. */
export function encodeClick(click: RawClick): string {
  return (
    click.at +
    SEPARATOR +
    click.linkId +
    SEPARATOR +
    click.urlVersion +
    SEPARATOR +
    click.domainId +
    SEPARATOR +
    clean(click.address) +
    SEPARATOR +
    clean(click.userAgent) +
    SEPARATOR +
    clean(click.referrer) +
    SEPARATOR +
    clean(click.acceptLanguage) +
    SEPARATOR +
    clean(click.purpose) +
    SEPARATOR +
    clean(click.query)
  );
}

/** Null for a payload that `encodeClick` did not write. */
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
