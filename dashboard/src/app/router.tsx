import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ApiError } from '@waymark/contract/client';
import { queries } from '../api/queries.ts';
import { loadTexts } from '../i18n/index.ts';
import type { Area } from '../i18n/texts.ts';
import { activitySearch } from '../pages/activity/activity-search.ts';
import { analyticsSearch } from '../pages/analytics/analytics-search.ts';
import { importsSearch } from '../pages/imports/export-period.ts';
import { importSearch } from '../pages/imports/import-search.ts';
import { linkSearch } from '../pages/link/link-search.ts';
import { linksSearch } from '../pages/links/links-search.ts';
import { NotFound, PageError } from './not-found.tsx';
import { Opening } from './opening.tsx';
import { one, parseSearch, stringifySearch } from './search-params.ts';
import { Shell } from './shell.tsx';

interface Context {
  queryClient: QueryClient;
}

/** A page's code and its texts, loaded side by side. */
function withTexts<T>(areas: readonly Area[], load: () => Promise<T>): () => Promise<T> {
  return async () => (await Promise.all([load(), loadTexts(areas)]))[0];
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: Record<string, unknown>): { next?: string } => {
    const next = one(raw, 'next');
    return next === undefined ? {} : { next };
  },
  component: lazyRouteComponent(
    withTexts(['signIn'], () => import('../pages/sign-in/sign-in-page.tsx')),
    'SignInPage',
  ),
});

/** Everything that needs a session. Without one the way leads to the sign-in page and back. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(queries.session());
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unauthorized') {
        throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { next: location.href } });
      }
      throw error;
    }
  },
  component: Shell,
  // Stands for the page while it is not known yet whether there is a session.
  pendingComponent: Opening,
  pendingMs: 300,
  errorComponent: PageError,
});

const getParentRoute = () => shell;
const home = createRoute({
  getParentRoute,
  path: '/',
  component: lazyRouteComponent(
    withTexts(['home', 'analytics'], () => import('../pages/home/home-page.tsx')),
    'HomePage',
  ),
});
const links = createRoute({
  getParentRoute,
  path: '/links',
  validateSearch: linksSearch,
  component: lazyRouteComponent(
    withTexts(['links', 'imports'], () => import('../pages/links/links-page.tsx')),
    'LinksPage',
  ),
});
const newLink = createRoute({
  getParentRoute,
  path: '/links/new',
  validateSearch: (raw: Record<string, unknown>): { url?: string } => {
    const url = one(raw, 'url');
    return url === undefined ? {} : { url };
  },
  component: lazyRouteComponent(
    withTexts(['link'], () => import('../pages/link/new-link-page.tsx')),
    'NewLinkPage',
  ),
});
const link = createRoute({
  getParentRoute,
  path: '/links/$id',
  validateSearch: linkSearch,
  component: lazyRouteComponent(
    withTexts(['link', 'links', 'analytics'], () => import('../pages/link/link-page.tsx')),
    'LinkPage',
  ),
});
const analytics = createRoute({
  getParentRoute,
  path: '/analytics',
  validateSearch: analyticsSearch,
  component: lazyRouteComponent(
    withTexts(['analytics'], () => import('../pages/analytics/analytics-page.tsx')),
    'AnalyticsPage',
  ),
});
const activity = createRoute({
  getParentRoute,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyRouteComponent(
    withTexts(['activity', 'home', 'analytics'], () => import('../pages/activity/activity-page.tsx')),
    'ActivityPage',
  ),
});
const keys = createRoute({
  getParentRoute,
  path: '/keys',
  component: lazyRouteComponent(
    withTexts(['keys'], () => import('../pages/keys/keys-page.tsx')),
    'KeysPage',
  ),
});
const imports = createRoute({
  getParentRoute,
  path: '/imports',
  validateSearch: importsSearch,
  component: lazyRouteComponent(
    withTexts(['imports', 'links'], () => import('../pages/imports/imports-page.tsx')),
    'ImportsPage',
  ),
});
const importJob = createRoute({
  getParentRoute,
  path: '/imports/$id',
  validateSearch: importSearch,
  component: lazyRouteComponent(
    withTexts(['imports'], () => import('../pages/imports/import-page.tsx')),
    'ImportPage',
  ),
});
const system = createRoute({
  getParentRoute,
  path: '/system',
  component: lazyRouteComponent(
    withTexts(['system'], () => import('../pages/system/system-page.tsx')),
    'SystemPage',
  ),
});

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([home, links, newLink, link, analytics, activity, keys, imports, importJob, system]),
]);

export function createDashboardRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: '/app',
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    // The query client keeps what was loaded; the router need not.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>;
  }
}
