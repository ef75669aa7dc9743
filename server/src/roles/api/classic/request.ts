import type { ErrorDetail } from '@waymark/contract';
import { asObject, type JsonBody, readJson } from '../../../http/body.ts';
import { idempotencyOf } from '../../../http/idempotency-key.ts';
import { Query, toId } from '../../../http/query.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps, WriteScope } from '../deps.ts';
import type { ApiContext } from '../env.ts';

/** How long a read of clicks waits for those that were accepted before it. */
const SETTLE_MS = 2000;

export interface ObjectBody extends JsonBody {
  value: Record<string, unknown>;
}

export async function readObject(c: ApiContext): Promise<ObjectBody> {
  const { bytes, value } = await readJson(c.req.raw);
  return { bytes, value: asObject(value) };
}

export function queryOf(c: ApiContext): Query {
  return new Query(c.req.url);
}

/** The id in the path. Errors: `not_found` with the words of the resource, for what no row can have as its id. */
export function pathId(c: ApiContext, resource: 'User' | 'URL' | 'Event'): number {
  const id = toId(c.req.param('id') ?? '');
  if (id === null) throw notFound(resource);
  return id;
}

export function notFound(resource: 'User' | 'URL' | 'Event'): AppError {
  return new AppError('not_found', `${resource} not found`);
}

/**
 * The commands of a POST, repeatable where the client sent an Idempotency-Key. `part` tells apart several units of
 * work of one request.
 */
export function writeOf(c: ApiContext, deps: ApiDeps, body: Uint8Array, part = ''): WriteScope {
  return deps.write(idempotencyOf(c.req.raw.headers, c.get('principal'), `POST ${c.req.path}${part}`, body));
}

/** 201 with the path of what was made; a repeated request is told from the first by a header. */
export function created(c: ApiContext, scope: WriteScope, path: string, body: object): Response {
  c.header('Location', path);
  if (scope.replayed) c.header('Idempotency-Replayed', 'true');
  return c.json(body, 201);
}

/** Waits until clicks that were answered before this read are in the database; says how far behind it is where not. */
export async function settleClicks(c: ApiContext, deps: ApiDeps): Promise<void> {
  if (await deps.clicks.settle(SETTLE_MS)) return;
  c.header('X-Data-Lag', String(Math.max(1, Math.ceil(deps.clicks.status().lagSeconds))));
}

/**
 * A body in which one field may come under several names. The others are taken out.
 * Errors: `invalid_request` naming the other name, where two of them say different things.
 */
export function withAliases(
  body: Record<string, unknown>,
  field: string,
  aliases: readonly string[],
): Record<string, unknown> {
  const result = { ...body };
  for (const alias of aliases) {
    const value = result[alias];
    delete result[alias];
    if (isEmpty(value)) continue;
    if (isEmpty(result[field])) result[field] = value;
    else if (result[field] !== value) throw invalidField(alias, `differs from ${field}: send one of them`);
  }
  return result;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Errors: `invalid_request` for an update that changes nothing because it names nothing. */
export function refuseEmpty(patch: object): void {
  if (Object.keys(patch).length === 0) throw invalidField('body', 'must name at least one field');
}

/** An AppError whose details name the fields as this API does. */
export function renameFields(error: unknown, names: Record<string, string>): unknown {
  if (!(error instanceof AppError)) return error;
  const details: ErrorDetail[] = error.details.map(({ field, message }) => ({ field: names[field] ?? field, message }));
  const retry = error.retryAfterSeconds === null ? {} : { retryAfterSeconds: error.retryAfterSeconds };
  return new AppError(error.code, error.message, { details, ...retry, cause: error });
}
