import { DIMENSIONS, type Dimension } from '@waymark/contract';
import { VALUE_SPAN } from '../../clicks/rollup-rows.ts';

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

/**
 * Numbers by row: `dictionary[codes[row]]`, 0 as it is, any other less `base`. Without codes all rows have the one number
 * there is.
 */
export interface CodedValues {
  base: number;
  dictionary: Uint32Array | Float64Array;
  codes: Uint8Array | Uint16Array | null;
}

/** What all value ids of a column are above. */
function baseOf(column: ValueName | 'flags'): number {
  return column === 'link_id' || column === 'flags' ? 0 : DIMENSIONS[column] * VALUE_SPAN;
}

/**
 * Layout: how many different numbers (4 bytes), how long each is (4 bytes: 4, above the column's base, or 8, as it is),
 * these numbers, then a code for each row (one byte up to 256 numbers, else two; none for a single number). In the
 * machine's byte order, which is little on all we run on.
 * Shape: at most 65,536 rows.
 */
export function encodeValues(column: ValueName | 'flags', values: readonly number[]): Uint8Array {
  const base = baseOf(column);
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
  const numbers = [...codeOf.keys()];
  const fits = numbers.every((value) => value === 0 || (value > base && value - base < VALUE_SPAN));
  const dictionary = fits
    ? Uint32Array.from(numbers, (value) => Math.max(0, value - base))
    : Float64Array.from(numbers);
  const stored = codeOf.size === 1 ? codes.subarray(0, 0) : codeOf.size <= 256 ? Uint8Array.from(codes) : codes;
  const data = new Uint8Array(8 + dictionary.byteLength + stored.byteLength);
  data.set(bytesOf(Uint32Array.of(numbers.length, dictionary.BYTES_PER_ELEMENT)), 0);
  data.set(bytesOf(dictionary), 8);
  data.set(bytesOf(stored), 8 + dictionary.byteLength);
  return data;
}

export function decodeValues(column: ValueName | 'flags', data: Uint8Array): CodedValues {
  const buffer = alignedBuffer(data);
  const [size = 0, width = 4] = new Uint32Array(buffer, 0, 2);
  const base = width === 4 ? baseOf(column) : 0;
  const dictionary = width === 4 ? new Uint32Array(buffer, 8, size) : new Float64Array(buffer, 8, size);
  const at = 8 + width * size;
  if (size <= 1) return { base, dictionary, codes: null };
  return { base, dictionary, codes: size <= 256 ? new Uint8Array(buffer, at) : new Uint16Array(buffer, at) };
}

/** Times by row. Layout: steps from the one before (the first from `base`) of 2 bytes where all fit, else distances from `base`. */
export function encodeTimes(times: readonly number[], base: number): Uint8Array {
  const steps = times.map((at, row) => at - (times[row - 1] ?? base));
  if (steps.every((step) => step >= -STEP_MAX && step <= STEP_MAX)) return bytesOf(Int16Array.from(steps));
  return encodeDistances(times, base);
}

/** Distances of times from the earliest, by row. */
export interface BlockTimes {
  distances: Uint32Array | Float64Array;
  isAscending: boolean;
}

export function decodeTimes(data: Uint8Array, rows: number): BlockTimes {
  if (data.length !== rows * 2) {
    const distances = decodeDistances(data, rows);
    let isAscending = true;
    for (let row = 1; row < rows && isAscending; row++) {
      isAscending = (distances[row] as number) >= (distances[row - 1] as number);
    }
    return { distances, isAscending };
  }
  const steps = new Int16Array(alignedBuffer(data));
  const distances = new Uint32Array(rows);
  let distance = 0;
  let leastStep = 0;
  for (let row = 0; row < rows; row++) {
    const step = steps[row] as number;
    if (row > 0 && step < leastStep) leastStep = step;
    distance += step;
    distances[row] = distance;
  }
  return { distances, isAscending: leastStep >= 0 };
}

const STEP_MAX = 32_767;

/** Distances from `base`, by row: 4 bytes each where all fit, else 8. */
export function encodeDistances(values: readonly number[], base: number): Uint8Array {
  const distances = values.map((value) => value - base);
  const fits = distances.every((distance) => distance < 2 ** 32);
  return bytesOf(fits ? Uint32Array.from(distances) : Float64Array.from(distances));
}

export function decodeDistances(data: Uint8Array, rows: number): Uint32Array | Float64Array {
  const buffer = alignedBuffer(data);
  return data.length === rows * 4 ? new Uint32Array(buffer) : new Float64Array(buffer);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The bytes as a buffer that begins with them. */
function alignedBuffer(data: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = data;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return data.slice().buffer as ArrayBuffer;
}
