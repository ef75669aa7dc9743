import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { addAnalyticsRoutes } from './analytics.ts';
import { addEventRoutes } from './events.ts';
import { addExportRoutes } from './exports.ts';
import { addImportRoutes } from './imports.ts';
import { addKeyRoutes } from './keys.ts';
import { addLinkBulkRoute } from './link-bulk.ts';
import { addLinkToolRoutes } from './link-tools.ts';
import { addLinkRoutes } from './links.ts';
import { addLiveRoute } from './live.ts';
import { addQrRoute } from './qr.ts';
import { addReferenceRoutes } from './reference.ts';
import { V1Routes } from './routes.ts';
import { addSessionRoutes } from './session.ts';
import { addSessionsRoutes } from './sessions.ts';
import { addSparklineRoute } from './sparklines.ts';
import { addSystemRoute } from './system.ts';

/** The v1 API with its reference, to be mounted at /api. One file for each group of routes; the order is that of the reference. */
export function createV1Api(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const v1 = new V1Routes(app, deps);
  addLinkRoutes(v1, deps);
  addLinkToolRoutes(v1, deps);
  addLinkBulkRoute(v1, deps);
  addQrRoute(v1, deps);
  addEventRoutes(v1, deps);
  addAnalyticsRoutes(v1, deps);
  addSparklineRoute(v1, deps);
  addExportRoutes(v1, deps);
  addLiveRoute(v1, deps);
  addImportRoutes(v1, deps);
  addKeyRoutes(v1, deps);
  addSessionRoutes(v1, deps);
  addSessionsRoutes(v1, deps);
  addSystemRoute(v1, deps);
  addReferenceRoutes(app);
  return app;
}
