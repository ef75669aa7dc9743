import type { Hono, MiddlewareHandler } from 'hono';
import type { ApiContext, ApiEnv } from '../env.ts';
import type { Guard } from './guard.ts';

export type ClassicHandler = (c: ApiContext) => Response | Promise<Response>;
type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Adds routes behind the guard. HEAD comes with every read; a slash at the end is accepted everywhere.
 * @NOTE The guard belongs to each route: as a middleware of the whole app it would also answer for unknown paths.
 */
export class ClassicRoutes {
  constructor(
    private readonly app: Hono<ApiEnv>,
    private readonly guard: Guard,
  ) {}

  read(path: string, handler: ClassicHandler): void {
    this.app.on('GET', path, announceLength, this.guard('read'), handler);
  }

  write(methods: WriteMethod | WriteMethod[], path: string, handler: ClassicHandler): void {
    this.app.on([methods].flat(), path, this.guard('write'), handler);
  }
}

/** HEAD tells the length that GET would have: the framework drops the body, and with it what the length is known from. */
const announceLength: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  if (c.req.method !== 'HEAD') return;
  const body = await c.res.clone().arrayBuffer();
  c.header('Content-Length', String(body.byteLength));
};
