const OIDS = { 2: 21, 4: 23, 8: 20 } as const;
const HEADER_BYTES = 20;
const TWO_32 = 4_294_967_296;

/** Bytes of an integer as PostgreSQL names it: int2, int4, int8. */
export type IntBytes = keyof typeof OIDS;

/** Writes an integer as the wire has it. Shape: `value` is a safe integer that fits. */
export function writeInt(view: DataView, at: number, bytes: IntBytes, value: number): void {
  if (bytes === 4) view.setInt32(at, value);
  else if (bytes === 2) view.setInt16(at, value);
  else {
    view.setInt32(at, Math.floor(value / TWO_32));
    view.setUint32(at + 4, value >>> 0);
  }
}

/**
 * A parameter of type int2[], int4[] or int8[]: the driver sends bytes as they are. As text the server would have to parse
 * every number, which costs it more than what it does with them.
 */
export function intArray(bytes: IntBytes, values: readonly number[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + bytes));
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  view.setInt32(0, values.length === 0 ? 0 : 1);
  view.setInt32(4, 0);
  view.setInt32(8, OIDS[bytes]);
  // An array of no elements has no dimensions, so its header ends here.
  if (values.length === 0) return buffer.subarray(0, 12);
  view.setInt32(12, values.length);
  view.setInt32(16, 1);
  let at = HEADER_BYTES;
  for (const value of values) {
    view.setInt32(at, bytes);
    writeInt(view, at + 4, bytes, value);
    at += 4 + bytes;
  }
  return buffer;
}

export const int2s = (values: readonly number[]): Buffer => intArray(2, values);
export const int4s = (values: readonly number[]): Buffer => intArray(4, values);
export const int8s = (values: readonly number[]): Buffer => intArray(8, values);
