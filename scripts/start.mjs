import './lib/node-version.mjs';
import { ensureDashboard } from './lib/build-dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { passThrough } from './lib/pass-through.mjs';

ensureInstalled();
// Whatever becomes of it: redirects matter more, and the page at /app says what is missing.
ensureDashboard();
passThrough(['server/src/main.ts', 'serve', ...process.argv.slice(2)]);
