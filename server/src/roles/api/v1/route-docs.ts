import type { OpenAPIHono, z } from '@hono/zod-openapi';
import { ERROR_STATUS, type ErrorCode, LIMITS } from '@waymark/contract';
import { problemSchema } from '@waymark/contract/v1/problem';
import { isRepeatable, type RouteSpec } from './routes.ts';

type PathConfig = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];
type AnySpec = RouteSpec<string, z.ZodObject, z.ZodType>;
type HeaderDocs = Record<string, { description: string; schema: { type: 'string' | 'integer' } }>;

const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;

const RESPONSE_HEADERS = {
  'X-Request-Id': { description: 'Id of the request, the client’s own where it sent a sound one', schema: text },
  ETag: { description: 'Version and counts of the link', schema: text },
  Location: { description: 'Where the new resource is', schema: text },
  'Set-Cookie': { description: 'The session’s cookie', schema: text },
  'Idempotency-Replayed': { description: '`true` where an earlier answer is given again', schema: text },
  'Retry-After': { description: 'Seconds', schema: integer },
  'WWW-Authenticate': { description: '`Bearer`', schema: text },
} as const satisfies HeaderDocs;

const PARAMETERS = {
  id: { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[0-9]+$' }, example: '4711' },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: `Repeats with the same key within ${LIMITS.idempotencyKeepHours} hours are answered with the first answer`,
    schema: { type: 'string', minLength: 1, maxLength: LIMITS.idempotencyKeyLengthMax },
    example: '5b0c6f0e-create-spring',
  },
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'ETags, or `*`: another version of the link is 412',
    schema: { type: 'string' },
    example: '"3"',
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'ETags: a link that has not changed is 304',
    schema: { type: 'string' },
    example: '"3-1203-1017"',
  },
} as const;

/** A route as the OpenAPI registry takes it: every parameter and every answer, errors by their status. */
export function describeRoute(spec: AnySpec): PathConfig {
  const parameters = [
    ...(spec.path.includes('{id}') ? [PARAMETERS.id] : []),
    ...(isRepeatable(spec) ? [PARAMETERS['Idempotency-Key']] : []),
    ...(spec.condition ? [PARAMETERS[spec.condition]] : []),
  ];
  return {
    method: spec.method,
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    operationId: operationId(spec),
    ...(spec.description !== undefined && { description: spec.description }),
    security:
      spec.scope === null ? [] : [{ bearer: [spec.scope] }, { apiToken: [spec.scope] }, { session: [spec.scope] }],
    ...(parameters.length > 0 && { parameters: parameters.map((parameter) => ({ ...parameter })) }),
    request: {
      ...(spec.query && { query: spec.query }),
      ...(spec.body && { body: { required: true, content: { 'application/json': { schema: spec.body } } } }),
      ...(spec.upload && { body: { required: true, content: uploadContent(spec.upload) } }),
    },
    responses: { ...successResponses(spec), ...errorResponses(spec) },
  };
}

const FILE = { type: 'string', format: 'binary' } as const;

function uploadContent(types: readonly string[]) {
  const form = { type: 'object', required: ['file'], properties: { file: FILE } } as const;
  return Object.fromEntries(
    types.map((type) => [type, { schema: type === 'multipart/form-data' ? { ...form, required: ['file'] } : FILE }]),
  );
}

/** Stable and unique: `post /v1/links/{id}/restore` is `postLinksByIdRestore`. */
function operationId({ method, path }: AnySpec): string {
  const words = path
    .replace('/v1/', '')
    .replace('{id}', 'by/id')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function successResponses(spec: AnySpec): PathConfig['responses'] {
  const { success, condition } = spec;
  const names = ['X-Request-Id', ...(success.headers ?? []), ...(isRepeatable(spec) ? ['Idempotency-Replayed'] : [])];
  return {
    [success.status]: {
      description: success.description,
      headers: headerDocs(names),
      ...(success.schema && { content: { 'application/json': { schema: success.schema } } }),
      ...(success.files && { content: Object.fromEntries(success.files.map((type) => [type, { schema: FILE }])) }),
    },
    ...(condition === 'If-None-Match' && {
      304: { description: 'Not changed', headers: headerDocs(['X-Request-Id', 'ETag']) },
    }),
  };
}

/** Codes that follow from what a route takes, and its own. */
export function errorCodes(spec: AnySpec): ErrorCode[] {
  const codes: ErrorCode[] = ['invalid_request', ...(spec.errors ?? [])];
  if (spec.body || spec.upload) codes.push('malformed_body', 'unsupported_content_type', 'body_too_large');
  if (spec.scope !== null) codes.push('unauthorized', 'forbidden', 'rate_limited', 'unavailable');
  if (spec.limitsStrangers) codes.push('unauthorized', 'forbidden', 'rate_limited', 'unavailable');
  if (spec.path.includes('{id}')) codes.push('not_found');
  if (spec.condition === 'If-Match') codes.push('precondition_failed');
  if (isRepeatable(spec)) codes.push('idempotency_running', 'idempotency_mismatch');
  codes.push('internal');
  return [...new Set(codes)];
}

function errorResponses(spec: AnySpec): PathConfig['responses'] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodes(spec))
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code]);
  const responses: PathConfig['responses'] = {};
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b)) {
    const names = ['X-Request-Id'];
    if (status === 401) names.push('WWW-Authenticate');
    if (status === 429 || status === 503 || codes.includes('idempotency_running')) names.push('Retry-After');
    responses[status] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      headers: headerDocs(names),
      content: { 'application/problem+json': { schema: problemSchema } },
    };
  }
  return responses;
}

function headerDocs(names: string[]): HeaderDocs {
  return Object.fromEntries(
    names.map((name) => [name, { ...RESPONSE_HEADERS[name as keyof typeof RESPONSE_HEADERS] }]),
  );
}
