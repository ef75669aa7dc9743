import './lib/node-version.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { passThrough } from './lib/pass-through.mjs';

ensureInstalled({ dev: true });
passThrough(['--watch', '--no-clear-screen', 'server/src/main.ts', 'serve', ...process.argv.slice(2)]);
