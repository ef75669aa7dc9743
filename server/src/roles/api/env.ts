import type { Context } from 'hono';
import type { AccessRequest, Principal } from '../../http/access.ts';
import type { RequestInfo } from './deps.ts';

/** What every handler of the API finds in its context. */
export interface ApiEnv {
  Bindings: RequestInfo;
  Variables: {
    requestId: string;
    /** Set by the surface's own access check, before its handlers. */
    principal: Principal;
  };
}

export type ApiContext = Context<ApiEnv>;

/** What access looks at. */
export function accessRequest({ req, env }: ApiContext): AccessRequest {
  return { method: req.method, headers: req.raw.headers, peer: env.peer };
}
