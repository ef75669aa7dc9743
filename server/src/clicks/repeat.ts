import type { After } from '../platform/clock.ts';

/** Does `work` again and again, each `ms` after the last has ended. Returns how to stop. Errors: those of `work` are passed over. */
export function repeat(after: After, ms: number, work: () => Promise<void> | void): () => void {
  let stopped = false;
  let callOff = () => {};
  const next = () => {
    callOff = after(ms, async () => {
      try {
        await work();
      } catch {
        // The next time may go better.
      }
      if (!stopped) next();
    });
  };
  next();
  return () => {
    stopped = true;
    callOff();
  };
}
