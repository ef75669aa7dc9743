import { spawn } from 'node:child_process';
import { bun, root } from './repository.mjs';

/**
 * Runs Bun in the foreground: terminal, signals and exit code are its own.
 * @NOTE package.json starts this with `exec`: npm signals only its direct child, and a shell between would die alone.
 */
export function passThrough(args) {
  const child = spawn(bun, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal that closes is a stop like any other.
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent(child);
  child.on('error', (error) => {
    console.error(`Bun could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** An npm that was killed outright can't pass that on; its server is not to stay behind and hold the port. */
function stopWithParent(child) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 500);
  timer.unref();
}
