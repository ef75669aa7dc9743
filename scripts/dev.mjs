import './lib/node-version.mjs';
import { existsSync } from 'node:fs';
import { viteProgram, viteRuntime } from './lib/build-dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { runTogether } from './lib/pass-through.mjs';
import { bun, root } from './lib/repository.mjs';

// npm run dev: the server, started again when its sources change, and Vite with the dashboard as it is being written.
ensureInstalled({ dev: true });
const serve = ['server/src/main.ts', 'serve', ...process.argv.slice(2)];
const dashboard = `${root}/dashboard`;
const commands = [{ program: bun, args: ['--watch', '--no-clear-screen', ...serve] }];
if (existsSync(`${dashboard}/package.json`)) {
  // Its port and the paths that it passes on to the server are in dashboard/vite.config.ts.
  const env = { ...process.env, WAYMARK_SERVER: `http://127.0.0.1:${process.env.PORT ?? 3000}` };
  commands.push({ program: viteRuntime(), args: [viteProgram(), '--clearScreen', 'false'], cwd: dashboard, env });
}
runTogether(commands);
