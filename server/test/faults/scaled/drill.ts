import type { ClusterOptions } from '../../../src/commands/cluster/cluster-options.ts';
import { type Cluster, startCluster } from '../../../src/commands/cluster/start-cluster.ts';
import { until } from '../../../src/commands/cluster/until.ts';
import { outOfBounds, retriesByCode } from './bounds.ts';
import { Load } from './load.ts';
import { type Discrepancy, discrepancies, type PostgresClicks, postgresClicks } from './postgres-audit.ts';

export interface DrillOptions {
  /** Default 40; a few of them are popular, most seldom. */
  links?: number;
  /** Default 400. */
  perSecond?: number;
  /** Added to the environment of every Waymark. */
  env?: Readonly<Record<string, string>>;
  postgres?: ClusterOptions['postgres'];
}

/** What a drill came to. Everything is in order when `wrong` is empty and `failures` is what the fault allows. */
export interface Outcome {
  sent: number;
  redirected: number;
  counted: number;
  /** Requests that nginx sent to another edge. */
  retries: number;
  /** Visits without a redirect, by what they got. */
  failures: Record<string, number>;
  unasked: number;
  slowestMs: number;
  /** From the last visit until nothing was in flight. */
  drainSeconds: number;
  wrong: { outOfBounds: ReturnType<typeof outOfBounds>; discrepancies: Discrepancy[]; edges: PostgresClicks['edges'] };
}

const DRAIN_MS = 120_000;

/** A cluster under a steady load of visits through nginx, for something to go wrong in. */
export class Drill implements AsyncDisposable {
  private constructor(
    readonly cluster: Cluster,
    readonly load: Load,
    /** Codes of its links; the first is the most popular. */
    readonly codes: readonly string[],
  ) {}

  /** Starts a cluster, makes its links, waits until each edge knows them, and lets visitors in. */
  static async start({ links = 40, perSecond = 400, env = {}, postgres = {} }: DrillOptions = {}): Promise<Drill> {
    const cluster = await startCluster({ env: { LOG_LEVEL: 'info', ...env }, postgres });
    try {
      // Visitors come from many addresses, as told by the load.
      cluster.nginx.write('waymark-local/trusted.conf', 'set_real_ip_from 127.0.0.1;\n');
      await cluster.nginx.reload();
      const codes = Array.from({ length: links }, (_, i) => `drill-${i}`);
      await Promise.all(codes.map((code) => createLink(cluster.url, code)));
      for (const { url } of cluster.edges) await Promise.all(codes.map((code) => isKnown(url, code)));
      const shares = Object.fromEntries(codes.map((code, i) => [code, 1 / (i + 1)]));
      const load = new Load({ shares, perSecond });
      load.visit(cluster.nginx.port);
      return new Drill(cluster, load, codes);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Lets the visitors go, waits until every click is accounted for, and recounts everything. */
  async finish(): Promise<Outcome> {
    const { cluster, load } = this;
    await load.leave();
    const left = performance.now();
    const retries = retriesByCode(cluster.nginx);
    const drained = await this.drained().catch(() => null);
    const drainSeconds = (performance.now() - left) / 1000;
    const { clicks, total, edges } = drained ?? (await postgresClicks(cluster.databaseUrl));
    return {
      ...load.total,
      counted: total,
      retries: [...retries.values()].reduce((sum, n) => sum + n, 0),
      failures: Object.fromEntries(load.failures),
      unasked: load.unasked,
      slowestMs: Math.round(load.slowestMs),
      drainSeconds: Math.round(drainSeconds * 10) / 10,
      wrong: {
        outOfBounds: outOfBounds(clicks, load.tallies, retries),
        discrepancies: await discrepancies(cluster.databaseUrl),
        edges: edges.filter((edge) => !isClosed(edge) || edge.dead > 0 || edge.discarded > 0),
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.load.leave();
    await this.cluster.stop();
  }

  /** @NOTE What an edge says it has accepted is up to a second old: so the sums have to stand still for longer. */
  private async drained(): Promise<PostgresClicks> {
    const { redirected } = this.load.total;
    let before = '';
    return until(
      async () => {
        const found = await postgresClicks(this.cluster.databaseUrl);
        const sums = JSON.stringify(found.edges);
        const isStill = sums === before;
        before = sums;
        return isStill && found.total >= redirected && found.edges.every(isClosed) ? found : null;
      },
      { what: 'the end of the backlog', withinMs: DRAIN_MS, everyMs: 1500 },
    );
  }
}

/** accepted = committed + discarded + dead, and nothing is in flight. */
function isClosed({ accepted, watermark, committed, discarded, dead }: PostgresClicks['edges'][number]): boolean {
  const accounted = committed + discarded + dead;
  return watermark === accounted && accepted <= accounted;
}

async function createLink(url: string, code: string): Promise<void> {
  const response = await fetch(`${url}/urls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ original_url: `https://example.com/${code}`, short_code: code }),
  });
  if (response.status !== 201) throw new Error(`POST /urls answered ${response.status}: ${await response.text()}`);
}

/** A HEAD is no click. */
function isKnown(url: string, code: string) {
  return until(
    async () => (await fetch(`${url}/${code}`, { method: 'HEAD', redirect: 'manual' })).status === 302 || null,
    { what: `${code} at ${url}` },
  );
}
