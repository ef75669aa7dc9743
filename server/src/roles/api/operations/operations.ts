import { Hono } from 'hono';
import { type AccessRequest, isDirectLoopback } from '../../../http/access.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { OperationsDeps, PipelineStatus } from '../deps.ts';
import { type ApiContext, type ApiEnv, accessRequest } from '../env.ts';
import { isChaosToken } from './chaos-token.ts';
import { health } from './health.ts';
import { readLogQuery } from './log-query.ts';
import { adviseOnProxies } from './proxy-advice.ts';
import { readDiskFree } from './read-disk-free.ts';
import { readiness, readReadyRole } from './readiness.ts';

/** A stop is given this long to let the answer that began it leave. */
const STOP_AFTER_MS = 20;
/** The database counts as away when the simplest question takes longer. */
const DATABASE_TIMEOUT_MS = 1000;

const ROBOTS = [
  'User-agent: *',
  'Disallow: /api/',
  'Disallow: /app',
  'Disallow: /users',
  'Disallow: /urls',
  'Disallow: /events',
  '',
].join('\n');
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#14532d"/><path d="M3 5l2.5 6L8 6l2.5 5L13 5" fill="none" stroke="#fff" stroke-width="1.6"/></svg>';

/** What operators, load balancers and browsers ask of the service itself. */
export function createOperations(deps: OperationsDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  const { config, access } = deps;

  app.get('/robots.txt', (c) => c.text(ROBOTS));
  app.get('/favicon.ico', (c) =>
    c.body(ICON, 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' }),
  );
  app.all('/.well-known/*', () => {
    throw new AppError('not_found', 'Not found');
  });

  app.get('/health', (c) => fresh(c).json(health(config, deps.state.redis(), () => deps.clicks.status())));

  app.get('/health/proxy', async (c) => {
    await requireOperator(deps, accessRequest(c));
    return fresh(c).json(
      adviseOnProxies(
        { peer: c.env.peer, storedAddress: c.env.address, headers: c.req.raw.headers },
        config.access.trustedProxies,
      ),
    );
  });

  app.get('/ready', async (c) => {
    const role = readReadyRole(c.req.query('role'), config.roles);
    const { status, checks } = readiness(role, {
      stopping: deps.isStopping(),
      pipeline: pipelineStatus(deps),
      databaseAnswers: role === 'edge' ? true : await answersInTime(deps.state.databaseAnswers()),
      redis: deps.state.redis(),
      following: deps.state.following(),
      diskBytesFree: await readDiskFree(config.storage.dataDir),
    });
    return fresh(c).json({ status, checks }, status === 'ready' ? 200 : 503);
  });

  app.get('/metrics', async (c) => {
    const request = accessRequest(c);
    if (!isDirectLoopback(request)) await access.requireKey(request, 'read');
    return fresh(c).body(await deps.metrics.render(), 200, { 'Content-Type': deps.metrics.contentType });
  });

  app.get('/logs', async (c) => {
    await access.requireKey(accessRequest(c), 'admin');
    const logs = deps.logs.recent(readLogQuery((name) => c.req.query(name)));
    return fresh(c).json({ count: logs.length, logs });
  });

  const { chaosToken } = config.secrets;
  if (chaosToken !== null) {
    app.on(['GET', 'POST'], '/chaos', (c) => {
      if (!isChaosToken(c.req.header('x-chaos-token'), chaosToken)) {
        throw new AppError('unauthorized', 'X-Chaos-Token is missing or wrong');
      }
      deps.logger.warn({ requestId: c.get('requestId') }, 'asked to end by /chaos');
      setTimeout(() => deps.shutDown(), STOP_AFTER_MS);
      return c.body(null, 204);
    });
  }

  if (config.access.incidentDebugRoutes) {
    app.get('/debug/fail', () => {
      throw new Error('failed on purpose by /debug/fail');
    });
  }

  return app;
}

function pipelineStatus({ clicks, logger }: OperationsDeps): PipelineStatus | null {
  try {
    return clicks.status();
  } catch (err) {
    logger.warn({ err }, 'the click pipeline could not be asked');
    return null;
  }
}

/** Somebody on this machine, directly, or the holder of an admin key. */
async function requireOperator({ access }: OperationsDeps, request: AccessRequest): Promise<void> {
  if (!isDirectLoopback(request)) await access.requireKey(request, 'admin');
}

function fresh(c: ApiContext): ApiContext {
  c.header('Cache-Control', 'no-store');
  return c;
}

async function answersInTime(question: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), DATABASE_TIMEOUT_MS);
  const answered = question.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
