import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { type ErrorCode, LIMITS } from '@waymark/contract';
import type { Scope } from '../../../accounts/api-key.ts';
import type { Holder, Principal } from '../../../http/access.ts';
import { mediaType, readBytes, readJson } from '../../../http/body.ts';
import { problem } from '../../../http/error-response.ts';
import { idempotencyOf, principalName } from '../../../http/idempotency-key.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { RateLimiter, RateLimitTake } from '../../../platform/rate-limit.ts';
import type { ApiDeps, WriteScope } from '../deps.ts';
import { type ApiContext, type ApiEnv, accessRequest } from '../env.ts';
import { parse } from './parse.ts';
import { queryReader } from './query-string.ts';
import { describeRoute } from './route-docs.ts';

/** Bursts and lasting rates of a limited key, and of an address that comes without a usable one. */
const KEY_LIMIT = { burst: 300, perSecond: 100, callersMax: 10_000 };
const STRANGER_LIMIT = { burst: 60, perSecond: 5, callersMax: 10_000 };

const NO_BODY = new Uint8Array();
const NO_PARAMETERS = z.strictObject({});
/** Longer ids can't be told apart as numbers, and none is given out. */
const ID = /^[1-9][0-9]{0,14}$/;

/** One route of v1: what it takes, who may, and what the OpenAPI document says of it. */
export interface RouteSpec<
  Path extends string,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Needs extends Scope | null = Scope | null,
> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** As in OpenAPI; `{id}` takes digits. */
  path: Path;
  tag: string;
  summary: string;
  description?: string;
  /** null: open to all. */
  scope: Needs;
  /** Limits an address that comes to a route open to all, as one without a usable key. */
  limitsStrangers?: true;
  /** A POST whose answer holds a secret that is kept nowhere, so that no repeat can be answered with it. */
  isNeverRepeated?: true;
  query?: Query;
  /** A JSON body. */
  body?: Body;
  /** Media types of a body that the handler reads from `bytes`; at most LIMITS.uploadBytesMax and what surrounds the file. */
  upload?: readonly string[];
  /** Conditional header that the handler honours. */
  condition?: 'If-Match' | 'If-None-Match';
  success: {
    status: number;
    description: string;
    schema?: z.ZodType;
    /** Media types of an answer that is no JSON document of a schema. */
    files?: readonly string[];
    headers?: readonly ('ETag' | 'Location' | 'Set-Cookie')[];
  };
  /** What the handler refuses with, beside what follows from the fields above. */
  errors?: readonly ErrorCode[];
}

/** A request that passed its route's checks. */
export interface V1Request<Path extends string, Query, Body, Needs extends Scope | null = Scope | null> {
  c: ApiContext;
  principal: Needs extends Scope ? Holder : Principal;
  id: Path extends `${string}{id}${string}` ? number : null;
  query: Query;
  body: Body;
  /** The body of an upload; empty for every other route. */
  bytes: Uint8Array;
  /** Commands of this request. With an Idempotency-Key the first one's result is kept, and answered again to a repeat. */
  write(): WriteScope;
}

type V1Handler<Path extends string, Query, Body, Needs extends Scope | null> = (
  request: V1Request<Path, Query, Body, Needs>,
) => Response | Promise<Response>;

/**
 * The routes of v1. Each is checked in the same order: key, scope and rate, then headers, path, query and body;
 * its handler sees parsed values only, and throws AppErrors.
 */
export class V1Routes {
  private limits: { keys: RateLimiter; strangers: RateLimiter } | null = null;

  constructor(
    private readonly app: OpenAPIHono<ApiEnv>,
    private readonly deps: ApiDeps,
  ) {}

  add<
    Path extends string,
    Needs extends Scope | null,
    Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
    Body extends z.ZodType = z.ZodUndefined,
  >(spec: RouteSpec<Path, Query, Body, Needs>, handler: V1Handler<Path, z.output<Query>, z.output<Body>, Needs>): void {
    this.app.openAPIRegistry.registerPath(describeRoute(spec));
    const readQuery = queryReader<z.ZodObject>(spec.query ?? NO_PARAMETERS);
    const routeName = `${spec.method.toUpperCase()} ${spec.path}`;
    const takesId = spec.path.includes('{id}');

    const answer = async (c: ApiContext, rate: RateNote): Promise<Response> => {
      const principal = await this.admit(c, spec, rate);
      const id = takesId ? idOf(c.req.param('id')) : null;
      const query = readQuery(c.req.url);
      const json = spec.body ? await readJson(c.req.raw) : null;
      const body = spec.body && json ? parse(spec.body, json.value, 'body') : undefined;
      const bytes = spec.upload ? await readUpload(c, spec.upload) : NO_BODY;
      const idempotency = isRepeatable(spec)
        ? idempotencyOf(
            c.req.raw.headers,
            principal,
            takesId ? routeName.replace('{id}', String(id)) : routeName,
            json?.bytes ?? bytes,
          )
        : undefined;
      let scope: WriteScope | null = null;
      const write = () => {
        scope ??= this.deps.write(idempotency);
        return scope;
      };
      const response = await handler({ c, principal, id, query, body, bytes, write } as V1Request<
        Path,
        z.output<Query>,
        z.output<Body>,
        Needs
      >);
      if ((scope as WriteScope | null)?.replayed) response.headers.set('Idempotency-Replayed', 'true');
      return response;
    };

    const path = spec.path.replace('{id}', ':id{[0-9]+}').replace(/\{(\w+)\}/g, ':$1');
    this.app.on(spec.method.toUpperCase(), path, async (c) => {
      const rate: RateNote = { take: null };
      try {
        return withRate(await answer(c, rate), rate.take);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return withRate(problem(error, c.get('requestId')), rate.take);
      }
    });
  }

  /** Who asks, once key, scope and rate allow it. Errors: `unauthorized`, `forbidden`, `rate_limited`. */
  private async admit(
    c: ApiContext,
    { scope, limitsStrangers }: Pick<RouteSpec<string, z.ZodObject, z.ZodType>, 'scope' | 'limitsStrangers'>,
    rate: RateNote,
  ): Promise<Principal> {
    const { access, rateLimiter } = this.deps;
    this.limits ??= { keys: rateLimiter('keys', KEY_LIMIT), strangers: rateLimiter('strangers', STRANGER_LIMIT) };
    if (scope === null) {
      if (limitsStrangers) await take(this.limits.strangers, c.env.address, rate);
      return { kind: 'anonymous', limited: false };
    }
    try {
      const principal = await access.requireKey(accessRequest(c), scope);
      if (principal.limited) await take(this.limits.keys, principalName(principal), rate);
      c.set('principal', principal);
      return principal;
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthorized')
        await take(this.limits.strangers, c.env.address, rate);
      throw error;
    }
  }
}

/** Whether an Idempotency-Key makes a request safe to repeat. */
export function isRepeatable({
  method,
  isNeverRepeated,
}: Pick<RouteSpec<string, z.ZodObject, z.ZodType>, 'method' | 'isNeverRepeated'>): boolean {
  return method === 'post' && isNeverRepeated !== true;
}

/** What a request took of its rate limit; null where none applies. */
interface RateNote {
  take: RateLimitTake | null;
}

async function take(limit: RateLimiter, caller: string, rate: RateNote): Promise<void> {
  rate.take = await limit.take(caller);
  if (!rate.take.allowed) {
    throw new AppError('rate_limited', 'Too many requests', { retryAfterSeconds: rate.take.retryAfterSeconds });
  }
}

/** Source of the header fields: draft-ietf-httpapi-ratelimit-headers-07. */
function withRate(response: Response, rate: RateLimitTake | null): Response {
  if (rate === null) return response;
  response.headers.set('RateLimit-Limit', String(rate.limit));
  response.headers.set('RateLimit-Remaining', String(rate.remaining));
  response.headers.set('RateLimit-Reset', String(rate.resetSeconds));
  return response;
}

/** Boundaries and headers around the file of a form. */
const FORM_BYTES_MAX = 65_536;

function readUpload(c: ApiContext, types: readonly string[]): Promise<Uint8Array> {
  if (!types.includes(mediaType(c.req.raw.headers))) {
    throw new AppError('unsupported_content_type', `Content-Type must be ${types.join(' or ')}`);
  }
  return readBytes(c.req.raw, LIMITS.uploadBytesMax + FORM_BYTES_MAX);
}

function idOf(digits: string | undefined): number {
  if (digits === undefined || !ID.test(digits)) throw new AppError('not_found', 'Not found');
  return Number(digits);
}

/** A JSON answer that no cache keeps, unless `headers` say otherwise. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
  });
}
