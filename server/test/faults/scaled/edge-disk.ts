import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../src/commands/cluster/start-cluster.ts';
import { until } from '../../../src/commands/cluster/until.ts';
import type { WaymarkProcess } from '../../../src/commands/cluster/waymark-process.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';

const CLI = join(import.meta.dirname, '../../../../cli/src/main.ts');
const IDENTITY = join('outbox', 'edge.json');

/** Who the outbox of this directory is. */
export function edgeIdOf({ dataDir }: Pick<WaymarkProcess, 'dataDir'>): string {
  const { edgeId } = JSON.parse(readFileSync(join(dataDir, IDENTITY), 'utf8')) as { edgeId: string };
  return edgeId;
}

/** A figure of an edge's /metrics; NaN where it has none. */
export async function figureOf(edge: WaymarkProcess, { apiKey }: Pick<Cluster, 'apiKey'>, name: string) {
  const response = await fetch(`${edge.url}/metrics`, { headers: { Authorization: `Bearer ${apiKey}` } });
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await response.text())?.[1] ?? Number.NaN);
}

/** Restarts an edge so that it can be cut off from PostgreSQL and Redis. Disposing of it cuts it off. */
export async function leash(edge: WaymarkProcess, { databaseUrl, redisUrl }: Cluster) {
  const postgres = new TcpProxy(Number(new URL(databaseUrl).port));
  const redis = new TcpProxy(Number(new URL(redisUrl).port));
  await edge.restart({ DATABASE_URL: postgres.urlFor(databaseUrl), REDIS_URL: redis.urlFor(redisUrl) });
  const cut = () => {
    postgres.cut();
    redis.cut();
  };
  const heal = () => {
    postgres.heal();
    redis.heal();
  };
  return { cut, heal, [Symbol.dispose]: cut };
}

/** The environment of an edge that reaches both by itself. */
export const unleashed = ({ databaseUrl, redisUrl }: Cluster) => ({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl });

/** Kills an edge and takes its disk away, all but a copy of its outbox. */
export async function loseDisk(edge: WaymarkProcess): Promise<Disposable & { outbox: string }> {
  await edge.kill();
  const outbox = mkdtempSync(join(tmpdir(), 'waymark-lost-'));
  cpSync(join(edge.dataDir, 'outbox'), outbox, { recursive: true });
  rmSync(edge.dataDir, { recursive: true });
  return { outbox, [Symbol.dispose]: () => rmSync(outbox, { recursive: true }) };
}

/** `waymark outbox replay` beside a running cluster. */
export async function replay(outbox: string, cluster: Cluster): Promise<{ exitCode: number; pending: number }> {
  const command = [process.execPath, CLI, 'outbox', 'replay', outbox, '--json'];
  const env = { PATH: process.env.PATH ?? '', TZ: 'UTC', ...unleashed(cluster), DATA_DIR: join(cluster.dir, 'replay') };
  const run = Bun.spawn(command, { env, stdout: 'pipe', stderr: 'pipe' });
  const [words, exitCode] = await Promise.all([new Response(run.stdout).text(), run.exited]);
  return { exitCode, pending: (JSON.parse(words) as { pending: number }).pending };
}

/** Starts an edge on a copy of another's directory. `withInodes`: as the clone of a whole disk has them. */
export async function startCopy(of: WaymarkProcess, cluster: Cluster, { withInodes }: { withInodes: boolean }) {
  const dataDir = join(cluster.dir, `edge-${cluster.edges.length + 1}`, 'data');
  cpSync(of.dataDir, dataDir, { recursive: true });
  if (withInodes) {
    const identity = join(dataDir, IDENTITY);
    const { dev, ino } = statSync(identity, { bigint: true });
    writeFileSync(identity, JSON.stringify({ edgeId: edgeIdOf({ dataDir }), inode: `${dev}:${ino}` }));
  }
  return () => cluster.add('edge');
}

/** Waits for words in an edge's log. */
export function logged(edge: WaymarkProcess, words: string): Promise<unknown> {
  return until(() => edge.log().some((line) => line.includes(words)), {
    what: `“${words}” in the log of ${edge.name}`,
  });
}
