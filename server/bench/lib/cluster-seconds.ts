import { readFileSync } from 'node:fs';
import { childrenOf } from '../../src/commands/cluster/process-tree.ts';
import type { Cluster } from '../../src/commands/cluster/start-cluster.ts';

/** CPU seconds that each part of a cluster has used so far, processes of one kind together. Its ended children count too. */
export function clusterSeconds(cluster: Cluster): Record<string, number> {
  const of = (...pids: number[]) => pids.reduce((sum, pid) => sum + treeSeconds(pid), 0);
  return {
    edges: of(...cluster.edges.map(({ pid }) => pid)),
    apis: of(...cluster.apis.map(({ pid }) => pid)),
    workers: of(...cluster.workers.map(({ pid }) => pid)),
    postgres: of(cluster.postgres.pid),
    redis: of(cluster.redis.pid),
    nginx: of(cluster.nginx.pid),
  };
}

function treeSeconds(pid: number): number {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = cpuFields(pid);
  const children = childrenOf(pid).reduce((sum, child) => {
    const [childUser = 0, childSystem = 0] = cpuFields(child);
    return sum + childUser + childSystem;
  }, 0);
  return (user + system + endedUser + endedSystem) / 100 + children / 100;
}

/** Fields 14 to 17 of /proc/PID/stat, in hundredths of a second; none for a process that has ended. */
function cpuFields(pid: number): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
  } catch {
    return [];
  }
}

/** Seconds that each core of the machine has been idle so far. Source: proc(5), /proc/stat. */
export function idleSeconds(): number[] {
  const cores = readFileSync('/proc/stat', 'utf8').match(/^cpu\d+ .*$/gm) ?? [];
  return cores.map((line) => Number(line.split(' ')[4]) / 100);
}
