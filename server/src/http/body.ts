import { createHash } from 'node:crypto';
import { LIMITS } from '@waymark/contract';
import { AppError } from '../platform/app-error.ts';
import { parseJson } from './json-value.ts';

/** A body as it came, with its hash for idempotency. */
export interface JsonBody {
  value: unknown;
  bytes: Uint8Array;
}

/**
 * The whole body, never more of it in memory than `bytesMax` and one chunk.
 * Errors: `body_too_large`, from the announced length alone where there is one; `malformed_body` where it breaks off.
 */
export async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new AppError('unsupported_content_type', `Content-Encoding ${encoding.slice(0, 40)} is not read here`);
  }
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await nextChunk(reader);
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      void reader.cancel().catch(() => {});
      throw tooLarge(bytesMax);
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read'>;

async function nextChunk(reader: BodyReader): ReturnType<BodyReader['read']> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new AppError('malformed_body', 'The body broke off', { cause });
  }
}

function tooLarge(bytesMax: number): AppError {
  return new AppError('body_too_large', `The body is over ${bytesMax} bytes`);
}

/** The media type of a body in lower case, without parameters; '' where none is named. */
export function mediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json$/;

export function isJsonType(type: string): boolean {
  return JSON_TYPE.test(type);
}

/** Any JSON value. Errors: `unsupported_content_type`, and those of `readBytes` and `parseJson`. */
export async function readJson(request: Request, bytesMax: number = LIMITS.bodyBytesMax): Promise<JsonBody> {
  if (!isJsonType(mediaType(request.headers))) {
    throw new AppError('unsupported_content_type', 'Content-Type must be application/json');
  }
  const bytes = await readBytes(request, bytesMax);
  return { bytes, value: parseJson(bytes) };
}

/** The value as a JSON object. Errors: `malformed_body` for any other value. */
export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('malformed_body', 'The body must be a JSON object');
  }
  return value as Record<string, unknown>;
}

/** Lower-case hex SHA-256, to tell a repeated request from another one under the same key. */
export function hashBody(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
