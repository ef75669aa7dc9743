#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

// Runs the command on the Bun of this checkout, in the directory it was called from. Installs nothing.
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const bun = `${root}/node_modules/bun/bin/bun.exe`;
/** What an install without scripts leaves in Bun's place is far smaller. */
const BUN_BYTES_MIN = 1_000_000;
const FAILED = 1;

if (!existsSync(bun) || statSync(bun).size < BUN_BYTES_MIN) {
  console.error(`Waymark is not installed yet: run "npm ci" in ${root} (or "npm start", which does it for you).`);
  process.exit(FAILED);
}

const child = spawn(bun, [`${root}/cli/src/main.ts`, ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the whole process group; what is sent to this process alone is passed on. The command decides what it means.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`Bun could not be started: ${error.message}`);
  process.exit(FAILED);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
