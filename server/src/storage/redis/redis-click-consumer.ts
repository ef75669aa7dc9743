import type { ClickStreamConsumer, StreamEntry, StreamPlace } from '../../clicks/stream.ts';
import type { RedisConnection } from './redis-connection.ts';
import { batchOf } from './stream-entry.ts';
import { GROUP, type StreamKeys, streamKeys } from './stream-keys.ts';

/** How long an entry may lie with a consumer that shows no sign of life. */
const CLAIM_MS = 30_000;
/** How often fresh entries are looked for while there are none. A block of commands of about 1 KB. */
const POLL_MS = 20;
/** Looked for entries to claim this many times in a claim time. */
const CLAIM_LOOKS = 10;
/** Consumers without entries that were not seen for this long are forgotten. */
const ABSENT_MS = 3_600_000;
const MALFORMED_MAX = 1000;

const DONE = `
redis.call('XACK', KEYS[1], '${GROUP}', unpack(ARGV))
return redis.call('XDEL', KEYS[1], unpack(ARGV))`;

/** Forgets consumers that hold nothing: those not seen for ARGV[1] ms, and ARGV[2]. What a consumer holds would go with it. */
const FORGET_CONSUMERS = `
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], '${GROUP}')) do
  local has = {}
  for i = 1, #consumer, 2 do has[consumer[i]] = consumer[i + 1] end
  if has.pending == 0 and (has.idle > tonumber(ARGV[1]) or has.name == ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], '${GROUP}', has.name)
  end
end`;

export interface ClickConsumerOptions {
  /** Unlike that of any other consumer, ever: what one of the same name left behind would count as this one's. */
  name: string;
  keys?: StreamKeys;
  /** Default 30 s. Units: ms. */
  claimMs?: number;
}

type Found = [id: string, fields: string[] | null];

/**
 * One consumer of the click stream in Redis. Keys are read one by one, as in a cluster each may be on another node; what is
 * there is asked for again and again, since no command waits on several nodes.
 */
export class RedisClickConsumer implements ClickStreamConsumer {
  private readonly name: string;
  private readonly keys: StreamKeys;
  private readonly claimMs: number;
  private claimAt = 0;
  private forgetAt = 0;
  /** Key that is read first next time, so that none comes last for ever. */
  private turn = 0;

  constructor(
    private readonly redis: RedisConnection,
    { name, keys = streamKeys(), claimMs = CLAIM_MS }: ClickConsumerOptions,
  ) {
    this.name = name;
    this.keys = keys;
    this.claimMs = claimMs;
  }

  async read(limit: number, waitMs: number): Promise<StreamEntry[]> {
    const claimed = await this.claimIfDue(limit);
    if (claimed.length > 0) return claimed;
    const deadline = performance.now() + waitMs;
    for (;;) {
      const fresh = await this.fresh(limit);
      const left = deadline - performance.now();
      if (fresh.length > 0 || left <= 0) return fresh;
      await new Promise((resume) => setTimeout(resume, Math.min(POLL_MS, left)));
    }
  }

  async done(entries: readonly StreamPlace[]): Promise<void> {
    await this.eachKey(entries, (key, ids) => this.redis.script(DONE, [key], ids));
  }

  async keep(entries: readonly StreamPlace[]): Promise<void> {
    await this.eachKey(entries, (key, ids) => this.send('xclaim', key, this.name, 0, ...ids, 'JUSTID'));
  }

  async release(entries: readonly StreamEntry[]): Promise<void> {
    const idle = this.claimMs + 1;
    await Promise.all(
      entries.map(({ key, id, deliveries }) =>
        this.send('xclaim', key, this.name, 0, id, 'IDLE', idle, 'RETRYCOUNT', deliveries - 1, 'JUSTID'),
      ),
    );
  }

  async depth(): Promise<{ waiting: number; malformed: number }> {
    const lengths = await Promise.all(this.keys.shards.map((key) => this.redis.send('xlen', key)));
    return {
      waiting: lengths.reduce((sum: number, length) => sum + Number(length), 0),
      malformed: await this.malformed(),
    };
  }

  /** Leaves the group, but where it still holds entries: others claim those in time. */
  async leave(): Promise<void> {
    await this.forgetConsumers(this.name);
  }

  private async claimIfDue(limit: number): Promise<StreamEntry[]> {
    const now = performance.now();
    if (now < this.claimAt) return [];
    if (now >= this.forgetAt) {
      if (this.forgetAt > 0) await this.forgetConsumers('');
      this.forgetAt = now + ABSENT_MS;
    }
    const claimed = await this.overKeys(limit, (key, share) => this.claim(key, share));
    // While there is more to claim it goes on with the next call.
    if (claimed.length < limit) this.claimAt = now + this.claimMs / CLAIM_LOOKS;
    return claimed;
  }

  private async claim(key: string, count: number): Promise<StreamEntry[]> {
    const answer = (await this.send('xautoclaim', key, this.name, this.claimMs, '0-0', 'COUNT', count)) as [
      string,
      Found[],
    ];
    const entries = await this.entries(key, answer[1]);
    const [first, last] = [entries[0], entries.at(-1)];
    if (!first || !last) return [];
    // Claiming does not tell how often an entry was handed out.
    const pending = (await this.send('xpending', key, first.id, last.id, entries.length, this.name)) as [
      id: string,
      consumer: string,
      idleMs: number,
      deliveries: number,
    ][];
    const deliveries = new Map(pending.map(([id, , , times]) => [id, times]));
    return entries.map((entry) => ({ ...entry, deliveries: deliveries.get(entry.id) ?? entry.deliveries }));
  }

  private async fresh(limit: number): Promise<StreamEntry[]> {
    const found = await this.overKeys(limit, (key, share) => this.readKey(key, share));
    this.turn = (this.turn + 1) % this.keys.shards.length;
    return found;
  }

  private async readKey(key: string, count: number): Promise<StreamEntry[]> {
    const read = () =>
      this.redis.send('xreadgroup', 'GROUP', GROUP, this.name, 'COUNT', count, 'STREAMS', key, '>') as Promise<
        [string, Found[]][] | null
      >;
    const answer = await this.inGroup(key, read);
    return this.entries(key, answer?.[0]?.[1] ?? []);
  }

  /**
   * Asks all keys for their share of `limit`, and those that had all of it again until it is reached.
   * Errors: `unavailable` where no key could be read; one that can't is passed over while others can.
   */
  private async overKeys(
    limit: number,
    read: (key: string, share: number) => Promise<StreamEntry[]>,
  ): Promise<StreamEntry[]> {
    const { shards } = this.keys;
    let keys = [...shards.slice(this.turn), ...shards.slice(0, this.turn)];
    const found: StreamEntry[] = [];
    while (keys.length > 0 && found.length < limit) {
      const left = limit - found.length;
      const shares = keys.map((_, i) => Math.floor(left / keys.length) + (i < left % keys.length ? 1 : 0));
      const asked = keys.slice(0, left);
      const answers = await Promise.allSettled(asked.map((key, i) => read(key, shares[i] ?? 0)));
      const failed = answers.find((answer) => answer.status === 'rejected');
      if (failed && answers.every(({ status }) => status === 'rejected') && found.length === 0) throw failed.reason;
      for (const answer of answers) if (answer.status === 'fulfilled') found.push(...answer.value);
      const isFull = (i: number) => {
        const answer = answers[i];
        return answer?.status === 'fulfilled' && answer.value.length >= (shares[i] ?? 0);
      };
      keys = [...keys.slice(left), ...asked.filter((_, i) => isFull(i))];
    }
    return found;
  }

  private async entries(key: string, found: readonly Found[]): Promise<StreamEntry[]> {
    const entries: StreamEntry[] = [];
    for (const [id, fields] of found) {
      const batch = batchOf(fields ?? []);
      if (batch !== null) entries.push({ key, id, batch, deliveries: 1 });
      else await this.putAside(key, id, fields ?? []);
    }
    return entries;
  }

  /** Kept for an operator before it is taken out: what fails in between makes a second copy, and loses none. */
  private async putAside(key: string, id: string, fields: readonly string[]): Promise<void> {
    const copy = ['from', `${key} ${id}`, ...fields];
    await this.redis.send('xadd', this.keys.malformed, 'MAXLEN', '~', MALFORMED_MAX, '*', ...copy);
    await this.done([{ key, id }]);
  }

  private async malformed(): Promise<number> {
    try {
      const info = (await this.redis.send('xinfo', 'stream', this.keys.malformed)) as unknown[];
      return Number(info[info.indexOf('entries-added') + 1]);
    } catch (error) {
      if (saidBy(error, 'ERR no such key')) return 0;
      throw error;
    }
  }

  /** A command of the group on one key. */
  private send(command: 'xclaim' | 'xautoclaim' | 'xpending', key: string, ...args: (string | number)[]) {
    return this.inGroup(key, () => this.redis.send(command, key, GROUP, ...args));
  }

  /** Makes the group where it is missing: at the very first, and when Redis has lost everything. It begins with the oldest entry. */
  private async inGroup<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!saidBy(error, 'NOGROUP')) throw error;
    }
    await this.redis.send('xgroup', 'create', key, GROUP, '0', 'MKSTREAM').catch((error) => {
      if (!saidBy(error, 'BUSYGROUP')) throw error; // Another worker was faster.
    });
    return work();
  }

  private async forgetConsumers(own: string): Promise<void> {
    await Promise.all(
      this.keys.shards.map((key) =>
        this.inGroup(key, () => this.redis.script(FORGET_CONSUMERS, [key], [ABSENT_MS, own])),
      ),
    );
  }

  private async eachKey(entries: readonly StreamPlace[], work: (key: string, ids: string[]) => Promise<unknown>) {
    const ids = Map.groupBy(entries, ({ key }) => key);
    await Promise.all(
      [...ids].map(([key, places]) =>
        work(
          key,
          places.map(({ id }) => id),
        ),
      ),
    );
  }
}

/** Whether Redis itself answered with an error that begins so. */
function saidBy(error: unknown, words: string): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && cause.message.startsWith(words);
}
