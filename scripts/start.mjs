import './lib/node-version.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { passThrough } from './lib/pass-through.mjs';

ensureInstalled();
passThrough(['server/src/main.ts', 'serve', ...process.argv.slice(2)]);
