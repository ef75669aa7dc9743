import { ApiError, unreachable } from './api-error.ts';
import {
  analyticsCalls,
  exportCalls,
  importCalls,
  qrCall,
  sessionCalls,
  sessionsCalls,
  signInLinkCalls,
  systemCalls,
} from './client-groups.ts';
import type { Event } from './v1/events.ts';
import type { Page } from './v1/fields.ts';
import type { ApiKey, ApiKeyCreate, CreatedApiKey } from './v1/keys.ts';
import type { LinkBulk, LinkBulkResult } from './v1/link-bulk.ts';
import type { Availability, DestinationCheck, Link, LinkCreate, LinkPatch, LinkSort } from './v1/links.ts';
import type { Problem } from './v1/problem.ts';

export { ApiError } from './api-error.ts';

export interface ClientOptions {
  /** Where the installation is, without /api. */
  baseUrl: string;
  /** null sends none: a dashboard's session goes by its cookie. */
  apiKey: string | null;
  /** What sends requests; tests and embedders may give their own. @default globalThis.fetch */
  fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds to wait for an answer; 0 waits for ever. @default 30000 */
  timeoutMs?: number;
}

/** What any call may be given. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Shows up in the answer and in the server's log. */
  requestId?: string;
}

export interface CreateOptions extends CallOptions {
  /** Makes the call safe to repeat. */
  idempotencyKey?: string;
}

export interface ChangeOptions extends CallOptions {
  /** Refuses with `precondition_failed` unless the link still has this version. */
  ifVersion?: number;
}

export interface PageOptions extends CallOptions {
  limit?: number;
  cursor?: string;
}

export interface LinkListOptions extends PageOptions {
  q?: string;
  sort?: LinkSort;
  active?: boolean;
  expired?: boolean;
  deleted?: boolean;
  id?: string;
  code?: string;
  ownerId?: string;
}

export interface EventListOptions extends PageOptions {
  link?: string;
  user?: string;
  type?: string;
}

export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** One request: `path` from /api on. */
export interface ApiRequest extends CallOptions {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, QueryValue>;
  body?: unknown;
  /** A body that is not JSON; its type is in `headers`. */
  content?: string | Uint8Array<ArrayBuffer> | Blob;
  headers?: Record<string, string>;
  /** In place of the client's own; 0 waits for ever. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/**
 * The v1 API, typed.
 * Errors: every call rejects with an ApiError; its `code` is `unreachable` where no answer came.
 */
export class WaymarkClient {
  private readonly root: string;
  private readonly send: (request: Request) => Promise<Response>;

  constructor(private readonly options: ClientOptions) {
    this.root = `${options.baseUrl.replace(/\/+$/, '')}/api`;
    this.send = options.fetch ?? ((request) => fetch(request));
  }

  readonly links = {
    create: (link: LinkCreate, options: CreateOptions = {}): Promise<Link> =>
      this.json({ method: 'POST', path: '/v1/links', body: link, ...repeatable(options) }),

    get: (id: string, options: CallOptions = {}): Promise<Link> =>
      this.json({ method: 'GET', path: `/v1/links/${segment(id)}`, ...options }),

    list: (options: LinkListOptions = {}): Promise<Page<Link>> => this.page('/v1/links', options),

    /** Every link that `list` would page through. */
    iterate: (options: LinkListOptions = {}): AsyncGenerator<Link> => this.pages('/v1/links', options),

    update: (id: string, patch: LinkPatch, options: ChangeOptions = {}): Promise<Link> =>
      this.json({ method: 'PATCH', path: `/v1/links/${segment(id)}`, body: patch, ...guarded(options) }),

    delete: (id: string, options: ChangeOptions = {}): Promise<void> =>
      this.nothing({ method: 'DELETE', path: `/v1/links/${segment(id)}`, ...guarded(options) }),

    restore: (id: string, options: CreateOptions = {}): Promise<Link> =>
      this.json({ method: 'POST', path: `/v1/links/${segment(id)}/restore`, ...repeatable(options) }),

    bulk: (operations: LinkBulk, options: CreateOptions = {}): Promise<LinkBulkResult> =>
      this.json({ method: 'POST', path: '/v1/links/bulk', body: operations, ...repeatable(options) }),

    availability: (code: string, options: CallOptions = {}): Promise<Availability> =>
      this.json({ method: 'GET', path: '/v1/links/availability', query: { code }, ...options }),

    qr: qrCall(this),

    check: (url: string, options: CallOptions = {}): Promise<DestinationCheck> =>
      this.json({ method: 'POST', path: '/v1/links/check', body: { url }, ...options }),
  };

  readonly events = {
    get: (id: string, options: CallOptions = {}): Promise<Event> =>
      this.json({ method: 'GET', path: `/v1/events/${segment(id)}`, ...options }),
    list: (options: EventListOptions = {}): Promise<Page<Event>> => this.page('/v1/events', options),
    /** Every event that `list` would page through, newest first. */
    iterate: (options: EventListOptions = {}): AsyncGenerator<Event> => this.pages('/v1/events', options),
    delete: (id: string, options: CallOptions = {}): Promise<void> =>
      this.nothing({ method: 'DELETE', path: `/v1/events/${segment(id)}`, ...options }),
  };

  readonly analytics = analyticsCalls(this);
  readonly exports = exportCalls(this);
  readonly imports = importCalls(this);
  readonly session = sessionCalls(this);
  readonly sessions = sessionsCalls(this);
  readonly signInLinks = signInLinkCalls(this);
  readonly system = systemCalls(this);

  readonly keys = {
    /** The answer's `secret` is shown this once. */
    create: (key: ApiKeyCreate, options: CreateOptions = {}): Promise<CreatedApiKey> =>
      this.json({ method: 'POST', path: '/v1/keys', body: key, ...repeatable(options) }),
    get: (id: string, options: CallOptions = {}): Promise<ApiKey> =>
      this.json({ method: 'GET', path: `/v1/keys/${segment(id)}`, ...options }),
    list: (options: PageOptions = {}): Promise<Page<ApiKey>> => this.page('/v1/keys', options),
    iterate: (options: PageOptions = {}): AsyncGenerator<ApiKey> => this.pages('/v1/keys', options),
    revoke: (id: string, options: CallOptions = {}): Promise<void> =>
      this.nothing({ method: 'DELETE', path: `/v1/keys/${segment(id)}`, ...options }),
  };

  /** One request and its answer, for what has no method here: a download, an upload, a header. Errors: as every call. */
  async request(request: ApiRequest): Promise<Response> {
    const { apiKey } = this.options;
    const timeoutMs = request.timeoutMs ?? this.options.timeoutMs ?? TIMEOUT_MS;
    const body = request.body === undefined ? request.content : JSON.stringify(request.body);
    const headers = new Headers(request.headers);
    headers.set('Accept', 'application/json');
    if (apiKey !== null) headers.set('Authorization', `Bearer ${apiKey}`);
    if (request.requestId !== undefined) headers.set('X-Request-Id', request.requestId);
    if (request.body !== undefined) headers.set('Content-Type', 'application/json');
    const signals = [
      ...(request.signal ? [request.signal] : []),
      ...(timeoutMs > 0 ? [AbortSignal.timeout(timeoutMs)] : []),
    ];
    const url = `${this.root}${request.path}${queryOf(request.query)}`;
    let response: Response;
    try {
      response = await this.send(
        new Request(url, {
          method: request.method,
          headers,
          ...(body !== undefined && { body }),
          ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
        }),
      );
    } catch (cause) {
      throw unreachable(cause);
    }
    if (response.ok || response.status === 304) return response;
    throw ApiError.from(response, await problemOf(response));
  }

  /** As `request`, for an answer in JSON. */
  async json<T>(request: ApiRequest): Promise<T> {
    const response = await this.request(request);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw unreachable(cause);
    }
  }

  private async nothing(request: ApiRequest): Promise<void> {
    await this.request(request);
  }

  private page<T>(path: string, { signal, requestId, ...query }: PageOptions): Promise<Page<T>> {
    const call = { ...(signal && { signal }), ...(requestId !== undefined && { requestId }) };
    return this.json({ method: 'GET', path, query: { ...query }, ...call });
  }

  private async *pages<T>(path: string, options: PageOptions): AsyncGenerator<T> {
    let cursor = options.cursor;
    do {
      const { data, nextCursor } = await this.page<T>(path, { ...options, ...(cursor !== undefined && { cursor }) });
      yield* data;
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
}

function repeatable({ idempotencyKey, ...call }: CreateOptions) {
  return { ...call, ...(idempotencyKey !== undefined && { headers: { 'Idempotency-Key': idempotencyKey } }) };
}

function guarded({ ifVersion, ...call }: ChangeOptions) {
  return { ...call, ...(ifVersion !== undefined && { headers: { 'If-Match': `"${ifVersion}"` } }) };
}

function segment(id: string): string {
  return encodeURIComponent(id);
}

function queryOf(query: ApiRequest['query'] = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of [value].flat()) params.append(name, String(each));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

async function problemOf(response: Response): Promise<Partial<Problem>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  } catch {
    return {}; // Not from Waymark itself: a proxy on the way, by its status alone.
  }
}
