import { spawn } from 'node:child_process';
import { bun, root } from './repository.mjs';

/**
 * Runs Bun in the foreground: terminal, signals and exit code are its own.
 * @NOTE package.json starts this with `exec`: npm signals only its direct child, and a shell between would die alone.
 */
export function passThrough(args) {
  runTogether([{ program: bun, args }]);
}

/**
 * Runs programs in the foreground, which share terminal and signals, until the first of them ends; the others are then
 * asked to, and the exit code is that of the first.
 * Shape of a command: `{ program, args, cwd, env }`; unless given, `cwd` is the repository's root and `env` this process's.
 */
export function runTogether(commands) {
  const running = new Set();
  let end = null;
  const signalAll = (signal) => {
    for (const child of running) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal that closes is a stop like any other.
    process.on(signal, () => signalAll(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  const ended = (child, how) => {
    running.delete(child);
    end ??= how;
    if (running.size === 0) leave(end);
    else signalAll('SIGTERM');
  };
  for (const { program, args, cwd = root, env = process.env } of commands) {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
    running.add(child);
    child.on('error', (error) => {
      console.error(`${program === bun ? 'Bun' : program} could not be started: ${error.message}`);
      ended(child, { code: 1, signal: null });
    });
    child.on('exit', (code, signal) => ended(child, { code, signal }));
  }
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent(() => signalAll('SIGTERM'));
}

function leave({ code, signal }) {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** An npm that was killed outright can't pass that on; its server is not to stay behind and hold the port. */
function stopWithParent(stop) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 500);
  timer.unref();
}
