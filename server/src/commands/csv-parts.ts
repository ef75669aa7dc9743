const NEWLINE = 10;
const QUOTE = 34;

/**
 * Cuts a CSV file into parts of at most about `bytesMax`, each with the header, between records alone.
 * Shape: one part, the file itself, where it is small enough. A record larger than that is a part of its own.
 */
export function* csvParts(file: Uint8Array, bytesMax: number): Generator<Uint8Array> {
  if (file.length <= bytesMax) {
    yield file;
    return;
  }
  const ends = recordEnds(file);
  const headerEnd = ends.next().value ?? file.length;
  const header = file.subarray(0, headerEnd);
  let start = headerEnd;
  let end = headerEnd;
  for (const next of ends) {
    if (next - start + header.length > bytesMax && end > start) {
      yield join(header, file.subarray(start, end));
      start = end;
    }
    end = next;
  }
  if (end > start) yield join(header, file.subarray(start, end));
}

/** Offsets just after each record's line end, the file's end included. */
function* recordEnds(file: Uint8Array): Generator<number, undefined> {
  let quoted = false;
  for (let at = 0; at < file.length; at++) {
    if (file[at] === QUOTE) quoted = !quoted;
    else if (file[at] === NEWLINE && !quoted) yield at + 1;
  }
  if (file.at(-1) !== NEWLINE || quoted) yield file.length;
}

function join(header: Uint8Array, records: Uint8Array): Uint8Array {
  const part = new Uint8Array(header.length + records.length);
  part.set(header);
  part.set(records, header.length);
  return part;
}
