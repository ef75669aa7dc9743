import type { ApiKey, ApiKeyCommands, ApiKeyQueries, Scope } from '../accounts/api-key.ts';
import type { Opener, Session, SessionCommands, SessionQueries } from '../accounts/session.ts';
import { AppError } from '../platform/app-error.ts';
import type { Clock } from '../platform/clock.ts';
import { isLoopback } from './client-address.ts';
import { hashSecret } from './hash-secret.ts';
import type { OwnSite } from './own-site.ts';
import { SecretLookup } from './secret-lookup.ts';
import type { SessionCookie } from './session-cookie.ts';
import { SessionSecrets } from './session-secret.ts';

/** Somebody who has shown an API key, or a session by its cookie. `opener`: what sessions end with that they open. */
export interface Holder {
  kind: 'key' | 'session';
  /** 0 for the bootstrap key and for the token of this machine. */
  id: number;
  name: string;
  scope: Scope;
  limited: boolean;
  opener: Opener;
}

/** Who is asking. `limited`: rate limits apply. */
export type Principal = Holder | { kind: 'anonymous'; limited: boolean };

/** How the classic API is opened. null decides by request: only direct loopback is anonymous. */
export type ClassicMode = 'open' | 'keyed' | 'off' | null;

export interface AccessRequest {
  method: string;
  headers: Headers;
  /** Remote address of the connection. */
  peer: string;
}

const SCOPE_RANK: Record<Scope, number> = { read: 0, write: 1, admin: 2 };
/** Methods that change nothing. Source: RFC 9110, 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
];

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
export function isDirectLoopback({ headers, peer }: Omit<AccessRequest, 'method'>): boolean {
  if (!isLoopback(peer) || PROXY_HEADERS.some((name) => headers.has(name))) return false;
  for (const name of headers.keys()) if (name.startsWith('x-forwarded-')) return false;
  const host = (headers.get('host') ?? '').toLowerCase();
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':')[0] ?? '');
  return name === 'localhost' || isLoopback(name);
}

/** Where keys and sessions are looked up, and where their uses are noted. */
export interface AccessStores {
  keys: Pick<ApiKeyQueries, 'findByHash'>;
  sessions: Pick<SessionQueries, 'findByHash'>;
  keyUses: Pick<ApiKeyCommands, 'touch'>;
  sessionUses: Pick<SessionCommands, 'touch'>;
}

export interface AccessOptions {
  bootstrapHash: string | null;
  /** Of the secret in DATA_DIR/admin.token. */
  localHash: string | null;
  classic: ClassicMode;
  site: OwnSite;
  cookie: SessionCookie;
  now: Clock;
}

/** Decides who a request comes from and whether that is enough. */
export class Access {
  readonly secrets: SessionSecrets;
  private readonly keys: SecretLookup<ApiKey>;
  private readonly sessions: SecretLookup<Session>;
  private readonly listeners = new Set<() => void>();

  constructor(
    { keys, sessions, keyUses, sessionUses }: AccessStores,
    private readonly options: AccessOptions,
  ) {
    const { now } = options;
    this.secrets = new SessionSecrets(options.bootstrapHash);
    this.keys = new SecretLookup({
      findByHash: (hash, at) => keys.findByHash(hash, at),
      touch: (uses) => keyUses.touch(uses),
      now,
    });
    this.sessions = new SecretLookup({
      findByHash: (hash, at) => sessions.findByHash(hash, at),
      touch: (uses) => sessionUses.touch(uses),
      now,
    });
  }

  get site(): OwnSite {
    return this.options.site;
  }

  get cookie(): SessionCookie {
    return this.options.cookie;
  }

  /**
   * For the v1 API and operations: a key by header, or else a session by cookie.
   * Errors: `unauthorized` without a usable one, `forbidden` below the scope, and for a change that a session is to make from
   * another site's page.
   */
  async requireKey(request: AccessRequest, scope: Scope): Promise<Holder> {
    const secret = presentedSecret(request.headers);
    const holder = await (secret === null ? this.bySession(request) : this.byKey(secret, request));
    if (holder === null)
      throw new AppError('unauthorized', 'An API key is needed (send it as Authorization: Bearer KEY), or a session');
    if (holder.kind === 'session' && !SAFE_METHODS.has(request.method)) this.site.requireOwn(request.headers);
    if (!includesScope(holder.scope, scope)) {
      throw new AppError('forbidden', `This ${holder.kind} does not have the scope "${scope}"`);
    }
    return holder;
  }

  /** For the classic API. Errors: `not_found` where it is off, and those of `requireKey` where it is keyed. */
  async classic(request: AccessRequest, scope: Scope): Promise<Principal> {
    const mode = this.options.classic;
    if (mode === 'off') throw new AppError('not_found', 'Not found');
    const direct = isDirectLoopback(request);
    if (mode === null && direct) return { kind: 'anonymous', limited: false };
    if (mode === 'open') return { kind: 'anonymous', limited: !direct };
    return this.requireKey(request, scope);
  }

  /** Whose key that is; null for one that is not known, is over, or is good on this machine alone. */
  async byKey(secret: string, request: Omit<AccessRequest, 'method'>): Promise<Holder | null> {
    const direct = isDirectLoopback(request);
    const limited = !direct;
    const hash = hashSecret(secret);
    const admin = { kind: 'key', id: 0, scope: 'admin', limited } as const;
    if (hash === this.options.localHash) return direct ? { ...admin, name: 'local', opener: { kind: 'none' } } : null;
    if (hash === this.options.bootstrapHash) return { ...admin, name: 'bootstrap', opener: { kind: 'bootstrap' } };
    const key = await this.keys.use(hash);
    if (key === null) return null;
    const { id, name, scope } = key;
    return { kind: 'key', id, name, scope, limited, opener: { kind: 'key', id } };
  }

  /** Forgets what is known of keys and sessions: call after one was made or revoked, here or by another process. */
  forget(): void {
    this.keys.forget();
    this.sessions.forget();
    for (const listener of this.listeners) listener();
  }

  /** Tells whoever was let in for longer than one request to ask again. Returns how to stop listening. */
  onForget(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async bySession(request: AccessRequest): Promise<Holder | null> {
    const secret = this.cookie.read(request.headers);
    const session = secret === null ? null : await this.sessions.use(this.secrets.hash(secret));
    if (secret === null || session === null) return null;
    const { id, name, scope, keyId } = session;
    const limited = !isDirectLoopback(request);
    return { kind: 'session', id, name, scope, limited, opener: this.secrets.openerOf(secret, keyId) };
  }
}
