import { readdirSync } from 'node:fs';
import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * Registers what Prometheus expects of any process, and the heap.
 * @NOTE Written out because prom-client's own set holds figures that Bun does not have (heap spaces, GC, loop delays).
 */
export function registerProcessMetrics(registry: Registry): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time of the process, in seconds.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', 'Start time of the process, in seconds since the epoch.', () => startedAt);
  gauge('process_resident_memory_bytes', 'Resident memory, in bytes.', () => process.memoryUsage.rss());
  gauge('process_open_fds', 'Open file descriptors; 0 where the system does not tell.', countOpenFiles);
  gauge(
    'nodejs_heap_size_total_bytes',
    'Size of the JavaScript heap, in bytes.',
    () => process.memoryUsage().heapTotal,
  );
  gauge(
    'nodejs_heap_size_used_bytes',
    'Used part of the JavaScript heap, in bytes.',
    () => process.memoryUsage().heapUsed,
  );
  gauge('nodejs_external_memory_bytes', 'Memory outside the heap, in bytes.', () => process.memoryUsage().external);
  new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How late the event loop of the main thread was when it was scraped, in seconds.',
    registers: [registry],
    async collect() {
      const start = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      this.set((performance.now() - start) / 1000);
    },
  });
}

function countOpenFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
