import type { ClickStream, StreamBatch, StreamPlace } from '../../clicks/stream.ts';
import { AppError } from '../../platform/app-error.ts';
import type { RedisConnection } from './redis-connection.ts';
import { entryFields } from './stream-entry.ts';
import { type StreamKeys, shardOf, streamKeys } from './stream-keys.ts';

/**
 * Entries that wait in the stream at most, over all keys. At some 50 KB for a full batch this is 200 MB of Redis; what does
 * not fit waits on the disks of the edges.
 */
const ENTRIES_MAX = 4096;

/** Looks at the length and appends in one step, so that no number of edges gets beyond the bound. */
const APPEND = `
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))`;

export interface ClickStreamOptions {
  keys?: StreamKeys;
  /** Default 4,096. */
  entriesMax?: number;
}

/** The edge's end of the click stream in Redis. */
export class RedisClickStream implements ClickStream {
  private readonly keys: StreamKeys;
  private readonly entriesMax: number;

  constructor(
    private readonly redis: RedisConnection,
    { keys = streamKeys(), entriesMax = ENTRIES_MAX }: ClickStreamOptions = {},
  ) {
    this.keys = keys;
    this.entriesMax = Math.max(1, Math.floor(entriesMax / keys.shards.length));
  }

  async append(batch: StreamBatch): Promise<StreamPlace> {
    const key = shardOf(this.keys, batch.edgeId, batch.firstSeq);
    const id = await this.redis.script(APPEND, [key], [this.entriesMax, ...entryFields(batch)]);
    if (typeof id !== 'string')
      throw new AppError('unavailable', 'The click stream is full: workers are behind', { retryAfterSeconds: 5 });
    return { key, id };
  }

  async has({ key, id }: StreamPlace): Promise<boolean> {
    const found = await this.redis.send('xrange', key, id, id, 'COUNT', 1);
    return Array.isArray(found) && found.length > 0;
  }
}
