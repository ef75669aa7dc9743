import { DIMENSIONS, type Dimension } from '@waymark/contract';

/** Rows of a block: small values of two blocks then share a page of the database. */
export const BLOCK_ROWS = 3584;

/** Columns of `clicks` that blocks have as they are. */
export type ValueName = Exclude<Dimension, 'link'> | 'link_id';
/** All columns of a block. `flags`: the bits of first_seen, and HUMAN_FLAG. */
export type BlockColumn = ValueName | 'flags' | 'at' | 'id';
export const HUMAN_FLAG = 16;

const { link, ...dimensions } = DIMENSIONS;
/** Numbers of columns in stored keys: append, never renumber. */
const NUMBERS: Record<BlockColumn, number> = { at: 0, link_id: link, ...dimensions, flags: 100, id: 101 };
export const VALUE_NAMES = ['link_id', ...(Object.keys(dimensions) as (keyof typeof dimensions)[])] as const;

/** Key of a column's data in click_columns. */
export function columnKey(column: BlockColumn, block: number): number {
  return NUMBERS[column] * 2 ** 40 + block;
}

/** Numbers by row: `dictionary[codes[row]]`. Without codes all rows have the one number there is. */
export interface CodedValues {
  dictionary: Float64Array;
  codes: Uint8Array | Uint16Array | null;
}

/**
 * Layout: how many different numbers (one float64), these numbers (float64), then a code for each row (one byte up to
 * 256 numbers, else two; none for a single number). In the machine's byte order, which is little on all we run on.
 * Shape: at most 65,536 rows.
 */
export function encodeValues(values: readonly number[]): Uint8Array {
  const codeOf = new Map<number, number>();
  const codes = new Uint16Array(values.length);
  values.forEach((value, row) => {
    let code = codeOf.get(value);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(value, code);
    }
    codes[row] = code;
  });
  const head = Float64Array.of(codeOf.size, ...codeOf.keys());
  const stored = codeOf.size === 1 ? codes.subarray(0, 0) : codeOf.size <= 256 ? Uint8Array.from(codes) : codes;
  const data = new Uint8Array(head.byteLength + stored.byteLength);
  data.set(new Uint8Array(head.buffer), 0);
  data.set(new Uint8Array(stored.buffer, 0, stored.byteLength), head.byteLength);
  return data;
}

export function decodeValues(data: Uint8Array): CodedValues {
  const buffer = alignedBuffer(data);
  const size = new Float64Array(buffer, 0, 1)[0] ?? 0;
  const dictionary = new Float64Array(buffer, 8, size);
  const at = 8 + 8 * size;
  if (size <= 1) return { dictionary, codes: null };
  return { dictionary, codes: size <= 256 ? new Uint8Array(buffer, at) : new Uint16Array(buffer, at) };
}

/** Distances from `base`, by row: 4 bytes each where all fit, else 8. */
export function encodeDistances(values: readonly number[], base: number): Uint8Array {
  const fits = values.every((value) => value - base < 2 ** 32);
  const distances = fits ? new Uint32Array(values.length) : new Float64Array(values.length);
  values.forEach((value, row) => {
    distances[row] = value - base;
  });
  return new Uint8Array(distances.buffer);
}

export function decodeDistances(data: Uint8Array, rows: number): Uint32Array | Float64Array {
  const buffer = alignedBuffer(data);
  return data.length === rows * 4 ? new Uint32Array(buffer) : new Float64Array(buffer);
}

/** The bytes as a buffer that begins with them. */
function alignedBuffer(data: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = data;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return data.slice().buffer as ArrayBuffer;
}
