import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { api } from './api/client.ts';
import { createQueryClient } from './api/query-client.ts';
import { watchReachability } from './api/reachability.ts';
import { applyTheme } from './app/preferences.ts';
import { createDashboardRouter } from './app/router.tsx';
import { ReachabilityContext } from './components/offline-note.tsx';
import { loadLanguage } from './i18n/index.ts';
import { TooltipProvider } from './ui/tooltip.tsx';

applyTheme();
await loadLanguage();
const queryClient = createQueryClient(() => {
  const { pathname, href } = router.state.location;
  // Several questions may be answered so at once: the first leads there, and back to the page.
  if (pathname !== '/sign-in') void router.navigate({ to: '/sign-in', search: { next: href } });
});
const router = createDashboardRouter(queryClient);
const reachability = watchReachability(queryClient, () => api.session.get());
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ReachabilityContext value={reachability}>
        <TooltipProvider>
          <RouterProvider router={router} />
        </TooltipProvider>
      </ReachabilityContext>
    </QueryClientProvider>
  </StrictMode>,
);
