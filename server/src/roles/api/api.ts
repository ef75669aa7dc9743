import { type Handler, Hono } from 'hono';
import { routePath } from 'hono/route';
import { createCors } from '../../http/cors.ts';
import { classicError, problem } from '../../http/error-response.ts';
import { notFound } from '../../http/not-found.ts';
import { shortCode } from '../../links/short-path.ts';
import { AppError } from '../../platform/app-error.ts';
import { createClassicApi } from './classic/classic.ts';
import { createGuard } from './classic/guard.ts';
import type { ApiDeps, OperationsDeps, RequestInfo } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { createLanding } from './landing/landing.ts';
import { addShortenForm } from './landing/shorten.ts';
import { createOperations } from './operations/operations.ts';
import { createV1Api } from './v1/v1.ts';

/** Everything but short links: operations, the classic API at the root, and v1 under /api. */
export type Api = (request: Request, info: RequestInfo) => Response | Promise<Response>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** `dashboard` answers everything under /app. */
export function createApi(deps: ApiDeps, dashboard: Hono): Api {
  return createHttp(deps, (app) => {
    const guard = createGuard(deps);
    app.route('/', dashboard);
    app.route('/api', createV1Api(deps));
    app.route('/', createClassicApi(deps, guard));
    if (deps.config.site.landing.kind === 'shorten') addShortenForm(app, deps, guard('write'));
  });
}

/** What a process without the api role serves: the operations' endpoints alone. */
export function createServiceApi(deps: OperationsDeps): Api {
  return createHttp(deps, () => {});
}

function createHttp(deps: OperationsDeps, mount: (app: Hono<ApiEnv>) => void): Api {
  const app = new Hono<ApiEnv>({ strict: false });
  app.use(observe(deps));
  const cors = createCors(deps.config.access.cors);
  if (cors !== null) app.use(cors);
  app.route('/', createOperations(deps));
  mount(app);
  app.route('/', createLanding(deps));
  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (allowed.length === 0) {
      if (!isApi(c.req.path)) return notFound(c.req.raw);
      return problem(new AppError('not_found', 'Not found'), c.get('requestId'));
    }
    const error = new AppError('method_not_allowed', 'Method not allowed');
    const response = errorResponse(error, c.req.path, c.get('requestId'));
    response.headers.set('Allow', allowed.join(', '));
    return response;
  });
  app.onError((error, c) => {
    if (!(error instanceof AppError))
      deps.logger.error({ requestId: c.get('requestId'), err: error }, 'request failed');
    return errorResponse(error, c.req.path, c.get('requestId'));
  });
  return (request, info) => app.fetch(request, info);
}

function errorResponse(error: unknown, path: string, requestId: string): Response {
  return isApi(path) ? problem(error, requestId) : classicError(error);
}

const isApi = (path: string) => path === '/api' || path.startsWith('/api/');

/** Methods that a path has handlers for; short-link paths answer GET and HEAD. */
function allowedMethods(app: Hono<ApiEnv>, path: string): string[] {
  const methods = METHODS.filter((method) => {
    const [handlers] = app.router.match(method, path);
    return handlers.some(([[, route]]) => route.method !== 'ALL');
  }) as string[];
  if (shortCode(path) !== null && !methods.includes('GET')) methods.push('GET');
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((method) => method !== 'GET')] : methods;
}

/** Request id and release on every answer; one count, one duration and one log line for each request. */
function observe(deps: OperationsDeps): Handler<ApiEnv> {
  return async (c, next) => {
    const start = performance.now();
    const requestId = deps.requestId(c.req.header('x-request-id'));
    c.set('requestId', requestId);
    await next();
    c.header('X-Request-Id', requestId);
    c.header('X-App-Version', deps.config.release.version);
    if (deps.isStopping()) c.header('Connection', 'close');
    const seconds = (performance.now() - start) / 1000;
    const route = c.res.status === 404 && routePath(c, -1) === '/*' ? 'unknown' : routePath(c, -1);
    deps.metrics.request(c.req.method, route, c.res.status, seconds);
    deps.logger.debug(
      { requestId, method: c.req.method, route, status: c.res.status, ms: Math.round(seconds * 1000) },
      'request',
    );
  };
}
