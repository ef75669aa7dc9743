import './lib/node-version.mjs';
import { ensureDashboard } from './lib/build-dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';

// npm run build: the dashboard, where its sources have changed.
ensureInstalled();
const { built, why } = ensureDashboard();
if (!built && why === null) console.error('The dashboard is current.');
process.exitCode = why === null ? 0 : 1;
