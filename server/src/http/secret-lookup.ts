import { type Clock, MINUTE_MS } from '../platform/clock.ts';

const CACHED_MAX = 1000;
/** What another process has revoked is refused after this at the latest; what this one has, at once. */
const CACHE_MS = 1000;

interface Held {
  id: number;
  /** Epoch ms UTC; null for never. */
  expiresAt: number | null;
}

export interface SecretLookupOptions<T extends Held> {
  findByHash(hash: string, now: number): Promise<T | null>;
  touch(uses: { id: number; at: number }[]): Promise<void>;
  now: Clock;
}

/** Finds what belongs to the hash of a secret, remembers it for a moment, and notes its use once a minute. */
export class SecretLookup<T extends Held> {
  private readonly cache = new Map<string, { found: T | null; until: number }>();
  private readonly touched = new Map<number, number>();
  /** Counts what was forgotten: a look-up that began before is not to be remembered. */
  private forgotten = 0;

  constructor(private readonly options: SecretLookupOptions<T>) {}

  async use(hash: string): Promise<T | null> {
    const found = await this.find(hash);
    if (found !== null) this.noteUse(found.id);
    return found;
  }

  forget(): void {
    this.forgotten++;
    this.cache.clear();
  }

  private async find(hash: string): Promise<T | null> {
    const now = this.options.now();
    const cached = this.cache.get(hash);
    if (cached && cached.until > now && (cached.found?.expiresAt ?? Number.POSITIVE_INFINITY) > now)
      return cached.found;
    const { forgotten } = this;
    const found = await this.options.findByHash(hash, now);
    if (this.forgotten !== forgotten) return found;
    if (this.cache.size >= CACHED_MAX) this.cache.clear();
    this.cache.set(hash, { found, until: now + CACHE_MS });
    return found;
  }

  private noteUse(id: number): void {
    const now = this.options.now();
    if (now - (this.touched.get(id) ?? 0) < MINUTE_MS) return;
    if (this.touched.size >= CACHED_MAX) this.touched.clear();
    this.touched.set(id, now);
    // "Last used" is a courtesy: a request never fails for it.
    this.options.touch([{ id, at: now }]).catch(() => {});
  }
}
