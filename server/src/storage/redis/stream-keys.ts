/** The consumer group that all workers share. */
export const GROUP = 'ingest';

/** Keys among which entries are spread, so that a cluster spreads them over its nodes. Fixed: readers look at no others. */
const SHARDS = 8;

/** Names of the click stream's keys. Each shard has a hash slot of its own. */
export interface StreamKeys {
  shards: readonly string[];
  /** Where entries that are no batches are put aside. */
  malformed: string;
}

/** `prefix` lets tests share a server. */
export function streamKeys(prefix = 'wm:'): StreamKeys {
  return {
    shards: Array.from({ length: SHARDS }, (_, shard) => `${prefix}clicks:{${shard}}`),
    malformed: `${prefix}clicks-malformed`,
  };
}

/** The key of a batch: always the same one, so that a batch that is sent again lies beside the first. FNV-1a. */
export function shardOf({ shards }: StreamKeys, edgeId: string, firstSeq: number): string {
  let hash = 0x811c9dc5;
  for (const char of `${edgeId}:${firstSeq}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  // The low bits of FNV-1a mix less well than all of them folded.
  return shards[((hash ^ (hash >>> 16)) >>> 0) % shards.length] ?? '';
}
