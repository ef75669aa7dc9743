import { AppError } from '../../../platform/app-error.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';

const CANARIES = ['/health-demo', '/promo-demo', '/checkout-demo', '/dashboard-demo', '/support-demo'];

/** Routes of the contract that this release does not serve: 501, never a made-up answer. */
export function addLaterRoutes(routes: ClassicRoutes): void {
  const accounts = notImplemented('Accounts are not part of this release: use an API key');
  routes.write('POST', '/auth/login', accounts);
  routes.write('POST', '/auth/logout', accounts);
  routes.read('/auth/me', accounts);
  for (const path of CANARIES) routes.read(path, notImplemented('Canary links are not part of this release'));
}

function notImplemented(message: string): ClassicHandler {
  return () => {
    throw new AppError('not_implemented', message);
  };
}
