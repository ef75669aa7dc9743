import {
  type SessionRow,
  sessionListQuerySchema,
  sessionPageSchema,
  signInLinkCreateSchema,
  signInLinkSchema,
} from '@waymark/contract/v1/sessions';
import type { Session } from '../../../accounts/session.ts';
import { includesScope } from '../../../http/access.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { makeSignInLink } from '../sign-in-link.ts';
import { cutPage, decodeCursor, isPositiveId } from './cursor.ts';
import { isoTime } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Sessions';

/** Everybody's sessions, and links that open one; all of it takes the scope admin. */
export function addSessionsRoutes(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'get',
      path: '/v1/sessions',
      tag: TAG,
      summary: 'List sessions',
      description: 'Who is signed in, newest first. What has ended or was revoked is not listed.',
      scope: 'admin',
      query: sessionListQuerySchema,
      success: { status: 200, description: 'One page of sessions', schema: sessionPageSchema },
    },
    async ({ principal, query: { limit, cursor } }) => {
      const position = decodeCursor<[number]>(cursor, (parts) => parts.length === 1 && isPositiveId(parts[0]));
      const sessions = await deps.queries.sessions.list(deps.now(), limit + 1, position?.[0] ?? null);
      const isCurrent = ({ id }: Session) => principal.kind === 'session' && principal.id === id;
      return json(
        cutPage(
          sessions,
          limit,
          (session) => row(session, isCurrent(session)),
          ({ id }) => [id],
        ),
      );
    },
  );

  v1.add(
    {
      method: 'delete',
      path: '/v1/sessions/{id}',
      tag: TAG,
      summary: 'Revoke a session',
      description: 'Refused from now on.',
      scope: 'admin',
      success: { status: 204, description: 'Revoked' },
    },
    async ({ id, write }) => {
      await write().sessions.revoke(id);
      deps.access.forget();
      return new Response(null, { status: 204 });
    },
  );

  v1.add(
    {
      method: 'post',
      path: '/v1/sign-in-links',
      tag: TAG,
      summary: 'Make a sign-in link',
      description:
        'Opens one session, within 15 minutes, which ends with the key that made the link at the latest. The link is in this answer and nowhere else, so an `Idempotency-Key` changes nothing: a repeat makes another one.',
      scope: 'admin',
      isNeverRepeated: true,
      body: signInLinkCreateSchema,
      success: { status: 201, description: 'The link', schema: signInLinkSchema },
    },
    async ({ principal, body: { name, scope } }) => {
      if (!includesScope(principal.scope, scope))
        throw new AppError('forbidden', `The scope "${scope}" is above your own`);
      const { url, expiresAt } = await makeSignInLink(deps, { name, scope, opener: principal.opener });
      return json({ url, expiresAt: isoTime(expiresAt) }, 201);
    },
  );
}

function row({ id, name, scope, createdAt, lastUsedAt, expiresAt, userAgent }: Session, current: boolean): SessionRow {
  return {
    id: String(id),
    name,
    scope,
    createdAt: isoTime(createdAt),
    lastUsedAt: isoTime(lastUsedAt),
    expiresAt: isoTime(expiresAt),
    userAgent,
    current,
  };
}
