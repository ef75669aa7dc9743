import { type Session as SessionView, sessionSchema, signInSchema } from '@waymark/contract/v1/sessions';
import type { Session } from '../../../accounts/session.ts';
import type { Holder } from '../../../http/access.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext } from '../env.ts';
import { isoTime } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Sessions';
const USER_AGENT_LENGTH_MAX = 255;

/** The caller's own session: signing in, asking who one is, signing out. */
export function addSessionRoutes(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'post',
      path: '/v1/session',
      tag: TAG,
      summary: 'Sign in',
      description:
        'By an API key, or by the token of a sign-in link, which is used up by it. The session lives 30 days, and no longer than the key that it comes from. ' +
        'Its cookie is HttpOnly and SameSite=Strict. A page of another origin is refused. An `Idempotency-Key` changes nothing: no answer is kept, and a repeat signs in anew.',
      scope: null,
      limitsStrangers: true,
      isNeverRepeated: true,
      body: signInSchema,
      success: { status: 201, description: 'Signed in', schema: sessionSchema, headers: ['Set-Cookie'] },
    },
    async ({ c, body }) => {
      deps.access.site.refuseOthers(c.req.raw.headers);
      const { session, secret } =
        body.token === undefined ? await openByKey(c, body.apiKey ?? '') : await openByLink(c, body.token);
      const seconds = Math.max(1, Math.floor((session.expiresAt - deps.now()) / 1000));
      return json(view(session), 201, { 'Set-Cookie': deps.access.cookie.set(secret, seconds) });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/session',
      tag: TAG,
      summary: 'Who is asking',
      description: 'The session of the cookie, or the key of the request.',
      scope: 'read',
      success: { status: 200, description: 'The session or key', schema: sessionSchema },
    },
    async ({ principal }) => json(await viewOf(principal)),
  );

  v1.add(
    {
      method: 'delete',
      path: '/v1/session',
      tag: TAG,
      summary: 'Sign out',
      description: 'Revokes the session of the cookie and takes the cookie away. A key has no session, and stays.',
      scope: 'read',
      success: { status: 204, description: 'Signed out', headers: ['Set-Cookie'] },
    },
    async ({ principal, write }) => {
      if (principal.kind === 'session') {
        await write().sessions.revoke(principal.id);
        deps.access.forget();
      }
      return new Response(null, { status: 204, headers: { 'Set-Cookie': deps.access.cookie.clear() } });
    },
  );

  // A kept result of these commands would be a session without its cookie: they never take an idempotency key.
  async function openByKey(c: ApiContext, apiKey: string) {
    const key = await deps.access.byKey(apiKey, { headers: c.req.raw.headers, peer: c.env.peer });
    if (key === null) throw new AppError('unauthorized', 'This API key is not known here, was revoked or has expired');
    const { opener, name, scope } = key;
    const { secret, hash } = deps.access.secrets.drawSession(opener);
    const keyId = opener.kind === 'key' ? opener.id : null;
    const session = await deps.write().sessions.open({ hash, userAgent: userAgentOf(c) }, { name, scope, keyId });
    return { session, secret };
  }

  async function openByLink(c: ApiContext, token: string) {
    const { secret, hash } = deps.access.secrets.drawSession(deps.access.secrets.openerOf(token, null));
    const session = await deps
      .write()
      .sessions.redeem(deps.access.secrets.hash(token), { hash, userAgent: userAgentOf(c) });
    return { session, secret };
  }

  async function viewOf(principal: Holder): Promise<SessionView> {
    if (principal.kind === 'session') {
      const session = await deps.queries.sessions.get(principal.id, deps.now());
      if (session === null) throw new AppError('unauthorized', 'This session has ended');
      return view(session);
    }
    const key = principal.id === 0 ? null : await deps.queries.keys.get(principal.id);
    const { name, scope } = principal;
    return {
      id: null,
      kind: 'key',
      name,
      scope,
      createdAt: isoTime(key?.createdAt ?? null),
      expiresAt: isoTime(key?.expiresAt ?? null),
    };
  }
}

function userAgentOf(c: ApiContext): string | null {
  const text = c.req.header('user-agent');
  return text === undefined ? null : [...text].slice(0, USER_AGENT_LENGTH_MAX).join('');
}

function view({ id, name, scope, createdAt, expiresAt }: Session): SessionView {
  return {
    id: String(id),
    kind: 'session',
    name,
    scope,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
  };
}
