import { onSignals } from '../platform/shutdown.ts';
import type { ClusterOptions } from './cluster/cluster-options.ts';
import { type ClusterView, clusterText, viewOf } from './cluster/cluster-view.ts';
import { type Cluster, startCluster } from './cluster/start-cluster.ts';
import { reason } from './command.ts';

/** How the command talks. */
export interface ClusterIo {
  /** What it is asked for: the cluster, once it runs. */
  show(view: ClusterView, text: string): void;
  note(line: string): void;
  warn(line: string): void;
}

/** Runs a cluster in the foreground until SIGINT or SIGTERM. Returns the exit code: 1 where it could not be started. */
export async function clusterCommand(options: ClusterOptions, io: ClusterIo): Promise<0 | 1> {
  const signalled = Promise.withResolvers<'signal'>();
  using _ = onSignals(() => signalled.resolve('signal'));
  let cluster: Cluster;
  try {
    cluster = await startCluster({ ...options, onStep: io.note });
  } catch (error) {
    io.warn(reason(error));
    return 1;
  }
  const view = viewOf(cluster);
  io.show(view, clusterText(view));
  const watching = new AbortController();
  watch(cluster, io, watching.signal);
  await signalled.promise;
  watching.abort();
  io.note('stopping');
  await cluster.stop();
  io.note(options.dir === undefined ? 'stopped, nothing is left' : `stopped, data and logs are in ${cluster.dir}`);
  return 0;
}

/** Tells of every process that ends by itself, with the last it wrote. */
function watch(cluster: Cluster, io: ClusterIo, until: AbortSignal): void {
  const { postgres, redis, nginx, edges, apis, workers } = cluster;
  const parts = [
    ...[...edges, ...apis, ...workers].map((one) => ({ name: one.name, of: one })),
    { name: 'postgres', of: postgres },
    { name: 'redis', of: redis },
    { name: 'nginx', of: nginx },
  ];
  for (const { name, of } of parts) {
    void of.ended.then((end) => {
      if (until.aborted || end === null) return;
      io.warn(`${name} ended (${end.signal ?? end.code}); the end of ${of.logFile}:\n${of.tail()}`);
    });
  }
}
