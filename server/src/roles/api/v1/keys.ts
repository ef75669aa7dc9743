import {
  type ApiKey as ApiKeyView,
  apiKeyCreateSchema,
  apiKeyListQuerySchema,
  apiKeyPageSchema,
  apiKeySchema,
  createdApiKeySchema,
} from '@waymark/contract/v1/keys';
import type { ApiKey } from '../../../accounts/api-key.ts';
import { drawSecret, SECRET_PREFIX_LENGTH } from '../../../accounts/key-secret.ts';
import { hashSecret } from '../../../http/hash-secret.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { cutPage, decodeCursor, isPositiveId } from './cursor.ts';
import { isoTime } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'API keys';

/** API keys; all of it takes the scope admin. */
export function addKeyRoutes(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'post',
      path: '/v1/keys',
      tag: TAG,
      summary: 'Create an API key',
      description: 'The secret is in this answer and nowhere else: only its hash is kept.',
      scope: 'admin',
      body: apiKeyCreateSchema,
      success: {
        status: 201,
        description: 'The key with its secret',
        schema: createdApiKeySchema,
        headers: ['Location'],
      },
    },
    async ({ body: { name, scope, expiresAt = null }, write }) => {
      if (expiresAt !== null && expiresAt <= deps.now()) throw invalidField('expiresAt', 'must be in the future');
      const secret = drawSecret();
      const prefix = secret.slice(0, SECRET_PREFIX_LENGTH);
      const commands = write();
      const key = await commands.keys.create({ name, scope, hash: hashSecret(secret), prefix, expiresAt });
      deps.access.forget();
      return json(commands.replayed ? view(key) : { ...view(key), secret }, 201, {
        Location: `/api/v1/keys/${key.id}`,
      });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/keys',
      tag: TAG,
      summary: 'List API keys',
      description: 'Newest first, revoked ones included.',
      scope: 'admin',
      query: apiKeyListQuerySchema,
      success: { status: 200, description: 'One page of keys', schema: apiKeyPageSchema },
    },
    async ({ query: { limit, cursor } }) => {
      const position = decodeCursor<[number]>(cursor, (parts) => parts.length === 1 && isPositiveId(parts[0]));
      const keys = await deps.queries.keys.list();
      const rest = position ? keys.filter((key) => key.id < position[0]) : keys;
      return json(cutPage(rest.slice(0, limit + 1), limit, view, (key) => [key.id]));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/keys/{id}',
      tag: TAG,
      summary: 'Get an API key',
      scope: 'admin',
      success: { status: 200, description: 'The key, without its secret', schema: apiKeySchema },
    },
    async ({ id }) => {
      const key = await deps.queries.keys.get(id);
      if (!key) throw new AppError('not_found', 'API key not found');
      return json(view(key));
    },
  );

  v1.add(
    {
      method: 'delete',
      path: '/v1/keys/{id}',
      tag: TAG,
      summary: 'Revoke an API key',
      description: 'Refused from now on; it stays in the list. Revoking again changes nothing.',
      scope: 'admin',
      success: { status: 204, description: 'Revoked' },
    },
    async ({ id, write }) => {
      await write().keys.revoke(id);
      deps.access.forget();
      return new Response(null, { status: 204 });
    },
  );
}

function view(key: ApiKey): ApiKeyView {
  return {
    id: String(key.id),
    name: key.name,
    prefix: key.prefix,
    scope: key.scope,
    createdAt: isoTime(key.createdAt),
    expiresAt: isoTime(key.expiresAt),
    lastUsedAt: isoTime(key.lastUsedAt),
    revokedAt: isoTime(key.revokedAt),
  };
}
