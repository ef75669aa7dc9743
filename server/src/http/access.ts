import { createHash } from 'node:crypto';
import type { ApiKey, ApiKeyCommands, ApiKeyQueries, Scope } from '../accounts/api-key.ts';
import { AppError } from '../platform/app-error.ts';
import { type Clock, MINUTE_MS } from '../platform/clock.ts';
import { isLoopback } from './client-address.ts';

/** Who is asking. `limited`: rate limits apply. */
export type Principal =
  | { kind: 'key'; id: number; name: string; scope: Scope; limited: boolean }
  | { kind: 'anonymous'; limited: boolean };

/** How the classic API is opened. null decides by request: only direct loopback is anonymous. */
export type ClassicMode = 'open' | 'keyed' | 'off' | null;

export interface AccessRequest {
  headers: Headers;
  /** Remote address of the connection. */
  peer: string;
}

const SCOPE_RANK: Record<Scope, number> = { read: 0, write: 1, admin: 2 };
const KEYS_CACHED_MAX = 1000;
/** A key revoked by another process is refused after this at the latest; by this one at once. */
const CACHE_MS = 1000;
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
];

/** SHA-256 in lower-case hex. Synchronous: for a text this short, waiting would cost more than the hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether one scope includes another. */
export function includesScope(scope: Scope, wanted: Scope): boolean {
  return SCOPE_RANK[scope] >= SCOPE_RANK[wanted];
}

/** The secret a request carries: `Authorization: Bearer` or `X-API-Token`; null where there is none. */
export function presentedSecret(headers: Headers): string | null {
  const authorization = headers.get('authorization');
  const bearer = authorization ? /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1] : undefined;
  return bearer ?? headers.get('x-api-token');
}

/**
 * Connection and Host are loopback and no proxy had a hand in it: somebody on this machine, directly.
 * @NOTE A proxy on the same machine, or a page that rebinds DNS, must not pass for that.
 */
export function isDirectLoopback({ headers, peer }: AccessRequest): boolean {
  if (!isLoopback(peer) || PROXY_HEADERS.some((name) => headers.has(name))) return false;
  for (const name of headers.keys()) if (name.startsWith('x-forwarded-')) return false;
  const host = (headers.get('host') ?? '').toLowerCase();
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':')[0] ?? '');
  return name === 'localhost' || isLoopback(name);
}

interface CachedKey {
  key: ApiKey | null;
  until: number;
}

/** Decides who a request comes from and whether that is enough. */
export class Access {
  private readonly cache = new Map<string, CachedKey>();
  private readonly touched = new Map<number, number>();
  /** Counts what was forgotten: a look-up that began before is not to be remembered. */
  private forgotten = 0;

  constructor(
    private readonly keys: ApiKeyQueries,
    private readonly commands: Pick<ApiKeyCommands, 'touch'>,
    private readonly options: {
      bootstrapHash: string | null;
      /** Of the secret in DATA_DIR/admin.token. */
      localHash: string | null;
      classic: ClassicMode;
      now: Clock;
    },
  ) {}

  /** For the v1 API and operations. Errors: `unauthorized` without a usable key, `forbidden` below the scope. */
  async requireKey(request: AccessRequest, scope: Scope): Promise<Principal> {
    const principal = await this.byKey(request);
    if (principal === null)
      throw new AppError('unauthorized', 'An API key is needed: send it as Authorization: Bearer KEY');
    if (principal.kind !== 'key' || !includesScope(principal.scope, scope)) {
      throw new AppError('forbidden', `This key does not have the scope "${scope}"`);
    }
    return principal;
  }

  /** For the classic API. Errors: `not_found` where it is off, `unauthorized` and `forbidden` where it is keyed. */
  async classic(request: AccessRequest, scope: Scope): Promise<Principal> {
    const mode = this.options.classic;
    if (mode === 'off') throw new AppError('not_found', 'Not found');
    const direct = isDirectLoopback(request);
    if (mode === null && direct) return { kind: 'anonymous', limited: false };
    if (mode === 'open') return { kind: 'anonymous', limited: !direct };
    return this.requireKey(request, scope);
  }

  /** Forgets what is known of keys: call after a key was made or revoked, here or by another process. */
  forget(): void {
    this.forgotten++;
    this.cache.clear();
  }

  private async byKey(request: AccessRequest): Promise<Principal | null> {
    const secret = presentedSecret(request.headers);
    if (secret === null) return null;
    const direct = isDirectLoopback(request);
    const limited = !direct;
    const hash = hashSecret(secret);
    if (hash === this.options.localHash)
      return direct ? { kind: 'key', id: 0, name: 'local', scope: 'admin', limited } : null;
    if (hash === this.options.bootstrapHash) return { kind: 'key', id: 0, name: 'bootstrap', scope: 'admin', limited };
    const key = await this.find(hash);
    if (!key) return null;
    this.noteUse(key.id);
    return { kind: 'key', id: key.id, name: key.name, scope: key.scope, limited };
  }

  private async find(hash: string): Promise<ApiKey | null> {
    const now = this.options.now();
    const cached = this.cache.get(hash);
    if (cached && cached.until > now && (cached.key?.expiresAt ?? Number.POSITIVE_INFINITY) > now) return cached.key;
    const { forgotten } = this;
    const key = await this.keys.findByHash(hash, now);
    if (this.forgotten !== forgotten) return key;
    if (this.cache.size >= KEYS_CACHED_MAX) this.cache.clear();
    this.cache.set(hash, { key, until: now + CACHE_MS });
    return key;
  }

  private noteUse(id: number): void {
    const now = this.options.now();
    if (now - (this.touched.get(id) ?? 0) < MINUTE_MS) return;
    this.touched.set(id, now);
    // "Last used" is a courtesy: a request never fails for it.
    this.commands.touch([{ id, at: now }]).catch(() => {});
  }
}
