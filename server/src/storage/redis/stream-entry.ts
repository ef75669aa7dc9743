import type { StreamBatch } from '../../clicks/stream.ts';

const EDGE_ID = /^[0-9a-f]{32}$/;
const HASH = /^[0-9a-f]{64}$/;
const SEQ = /^[1-9]\d{0,15}$/;

/** A batch as the fields of a stream entry. */
export function entryFields({ edgeId, firstSeq, lastSeq, hash, content }: StreamBatch): (string | number)[] {
  return ['e', edgeId, 'f', firstSeq, 'l', lastSeq, 'h', hash, 'c', content];
}

/** The batch in an entry's fields, or null where they are no batch. Whether its content is one shows when it is ingested. */
export function batchOf(fields: readonly string[]): StreamBatch | null {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(fields[at] ?? '', fields[at + 1] ?? '');
  const [edgeId = '', first = '', last = '', hash = '', content = ''] = ['e', 'f', 'l', 'h', 'c'].map((name) =>
    values.get(name),
  );
  const [firstSeq, lastSeq] = [Number(first), Number(last)];
  const isBatch =
    EDGE_ID.test(edgeId) &&
    SEQ.test(first) &&
    SEQ.test(last) &&
    firstSeq <= lastSeq &&
    HASH.test(hash) &&
    content !== '';
  return isBatch ? { edgeId, firstSeq, lastSeq, hash, content } : null;
}
