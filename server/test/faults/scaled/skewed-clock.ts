// Preloaded into a Waymark by BUN_OPTIONS: its clock, in every thread, is CLOCK_SKEW_MS ahead of the machine's.
const skewMs = Number(process.env.CLOCK_SKEW_MS ?? 0);
const { now } = Date;
Date.now = () => now() + skewMs;

// A thread is not preloaded with what its process was.
const PlainWorker = globalThis.Worker;
globalThis.Worker = class extends PlainWorker {
  constructor(url: string | URL, options: WorkerOptions = {}) {
    super(url, { ...options, preload: [import.meta.path] });
  }
};
