import { Hono } from 'hono';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { addBulkUrlRoute } from './bulk-urls.ts';
import { addEventRoutes } from './events.ts';
import type { Guard } from './guard.ts';
import { addImportRoutes } from './imports.ts';
import { addLaterRoutes } from './later.ts';
import { ClassicRoutes } from './routes.ts';
import { addUrlReportRoutes } from './url-reports.ts';
import { addUrlRoutes } from './urls.ts';
import { addUserRoutes } from './users.ts';

/** The classic API at the root: users, urls and events for clients written against that contract. */
export function createClassicApi(deps: ApiDeps, guard: Guard): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const routes = new ClassicRoutes(app, guard);
  addUserRoutes(routes, deps);
  addUrlRoutes(routes, deps);
  addBulkUrlRoute(routes, deps);
  addUrlReportRoutes(routes, deps);
  addEventRoutes(routes, deps);
  addImportRoutes(routes, deps);
  addLaterRoutes(routes);
  return app;
}
