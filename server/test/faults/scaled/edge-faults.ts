import assert from 'node:assert/strict';
import { join } from 'node:path';
import { psql } from '../../../src/commands/cluster/postgres-server.ts';
import type { Cluster } from '../../../src/commands/cluster/start-cluster.ts';
import { until } from '../../../src/commands/cluster/until.ts';
import { changePools } from '../../../src/commands/cluster/waymark-nginx.ts';
import type { WaymarkProcess } from '../../../src/commands/cluster/waymark-process.ts';
import type { Drill } from './drill.ts';
import { edgeIdOf, figureOf, leash, logged, loseDisk, replay, startCopy, unleashed } from './edge-disk.ts';
import type { Fault } from './faults.ts';
import { changeLink, makeLink, whereTo } from './links-by-api.ts';

const seconds = (n: number) => Bun.sleep(n * 1000);
const CLOCK = `--preload=${join(import.meta.dirname, 'skewed-clock.ts')}`;
/** A click whose time is further ahead than this gets the time of ingest. Units: s. */
const AHEAD_MAX = 300;

/** What may become of an edge's disk and clock without a visit going unanswered or a click getting lost. */
export const EDGE_FAULTS: Record<string, Fault> = {
  'an edge’s disk is lost after all it had was delivered': async ({ cluster }, { scale }) => {
    const edge = first(cluster);
    const former = edgeIdOf(edge);
    const apis = cluster.apis.map(({ port }) => port);
    const others = cluster.edges.slice(1).map(({ port }) => port);
    await changePools(cluster.nginx, { edges: others, apis });
    await until(async () => (await figureOf(edge, cluster, 'waymark_outbox_depth')) === 0, { what: 'an empty outbox' });
    using _ = await loseDisk(edge);
    await edge.start();
    await serves(edge, former, cluster);
    await changePools(cluster.nginx, { edges: [edge.port, ...others], apis });
    await seconds(2 * scale);
  },

  'an edge’s disk is lost, and the outbox that was on it is replayed': async ({ cluster }, { scale }) => {
    const edge = first(cluster);
    using line = await leash(edge, cluster);
    line.cut();
    await holdsClicks(edge, 200 * scale, cluster);
    const former = edgeIdOf(edge);
    using lost = await loseDisk(edge);
    await edge.start(unleashed(cluster));
    await serves(edge, former, cluster);
    const before = await progressOf(former, cluster);
    const taken = await replay(lost.outbox, cluster);
    const after = await progressOf(former, cluster);
    assert.equal(taken.exitCode, 0);
    assert.ok(taken.pending > 0, 'clicks were on that disk alone');
    assert.deepEqual(after, { watermark: after.watermark, committed: before.committed + taken.pending });
    assert.equal(after.watermark, after.committed);
    assert.deepEqual(await replay(lost.outbox, cluster), { exitCode: 0, pending: 0 });
    assert.deepEqual(await progressOf(former, cluster), after);
  },

  'an edge’s directory is copied, and both are started': async ({ cluster }, { scale }) => {
    const edge = first(cluster);
    await edge.term();
    const former = edgeIdOf(edge);
    const start = await startCopy(edge, cluster, { withInodes: false });
    const [copy] = await Promise.all([start(), edge.start()]);
    assert.equal(edgeIdOf(edge), former);
    assert.notEqual(edgeIdOf(copy), former);
    await logged(copy, 'this outbox is a copy');
    await seconds(2 * scale);
  },

  'the disk of an edge that died with clicks on it is cloned, and both are started': async ({ cluster }, { scale }) => {
    const edge = first(cluster);
    using line = await leash(edge, cluster);
    line.cut();
    await holdsClicks(edge, 200 * scale, cluster);
    await edge.kill();
    const former = edgeIdOf(edge);
    const start = await startCopy(edge, cluster, { withInodes: true });
    await leaseEnds(former, cluster);
    await edge.start(unleashed(cluster));
    assert.equal(edgeIdOf(edge), former);
    const clone = await start();
    assert.notEqual(edgeIdOf(clone), former);
    await logged(clone, 'one is a copy');
    await until(async () => (await figureOf(clone, cluster, 'waymark_edge_cloned_ids')) === 1, { what: 'the metric' });
    assert.equal(await figureOf(edge, cluster, 'waymark_edge_cloned_ids'), 0);
    await seconds(2 * scale);
  },

  'an edge is away for longer than the feed of changes goes back': async (drill, { scale }) => {
    const { cluster } = drill;
    const edge = first(cluster);
    const run = crypto.randomUUID().slice(0, 8);
    const [off, moved, fresh] = [`off-${run}`, `moved-${run}`, `fresh-${run}`];
    const [offMade, movedMade] = [await makeLink(cluster, off), await makeLink(cluster, moved)];
    for (const code of [off, moved]) await leadsTo(edge, code, `302 https://example.com/${code}`);
    using line = await leash(edge, cluster);
    await edge.term();
    assert.equal((await changeLink(cluster, offMade.id, { is_active: false })).status, 200);
    const changed = await changeLink(cluster, movedMade.id, { original_url: 'https://example.com/elsewhere' });
    assert.equal(changed.status, 200);
    assert.equal((await makeLink(cluster, fresh)).status, 201);
    await psql(
      cluster.databaseUrl,
      `UPDATE installation SET feed_floor = (SELECT max(seq) FROM link_changes); DELETE FROM link_changes`,
    );
    line.cut();
    await edge.start();
    for (const code of drill.codes) await leadsTo(edge, code, `302 https://example.com/${code}`);
    assert.equal(await whereTo(edge, fresh), '503');
    await seconds(2 * scale);
    line.heal();
    await until(async () => (await figureOf(edge, cluster, 'waymark_replica_snapshots_total')) === 1, {
      what: 'a new snapshot',
    });
    assert.equal(await whereTo(edge, off), '404');
    assert.equal(await whereTo(edge, moved), '302 https://example.com/elsewhere');
    assert.equal(await whereTo(edge, fresh), `302 https://example.com/${fresh}`);
    await edge.restart(unleashed(cluster));
  },

  'an edge dies and starts while PostgreSQL and Redis are away': async ({ cluster, codes }, { scale }) => {
    const edge = first(cluster);
    await Promise.all([cluster.postgres.kill(), cluster.redis.kill()]);
    await edge.kill();
    const since = performance.now();
    edge.spawn();
    await until(() => whereTo(edge, 'drill-0').then(Boolean, () => false), { what: 'an answer', everyMs: 10 });
    console.log(`an edge answers ${Math.round(performance.now() - since)} ms after its start with both away`);
    for (const code of codes) assert.equal(await whereTo(edge, code), `302 https://example.com/${code}`);
    await edge.ready();
    await seconds(4 * scale);
    await Promise.all([cluster.postgres.start(), cluster.redis.start()]);
    await seconds(1);
  },

  'clocks of edges are a minute apart, and one is six minutes ahead': async ({ cluster }, { scale }) => {
    const [edge, other] = cluster.edges;
    const set = (at: WaymarkProcess | undefined, skew: number) =>
      at?.restart({ BUN_OPTIONS: CLOCK, CLOCK_SKEW_MS: String(skew * 1000) });
    await set(edge, 60);
    await set(other, -60);
    await seconds(4 * scale);
    await set(edge, 360);
    await seconds(4 * scale);
    await until(async () => Number(await countClicks('original_at IS NOT NULL')) > 0, {
      what: 'a click of the future',
    });
    await set(edge, 0);
    await set(other, 0);
    const now = `extract(epoch FROM clock_timestamp()) * 1000`;
    assert.equal(await countClicks(`at > ${now} + ${AHEAD_MAX * 1000}`), '0');
    assert.equal(await countClicks(`original_at <= at + ${(AHEAD_MAX - 30) * 1000}`), '0');

    function countClicks(where: string): Promise<string> {
      return psql(cluster.databaseUrl, `SELECT count(*) FROM clicks WHERE ${where}`);
    }
  },
};

function first({ edges: [edge] }: Pick<Cluster, 'edges'>): WaymarkProcess {
  assert.ok(edge);
  return edge;
}

/** It has started with nothing on its disk: under another id, and on a snapshot of its own. */
async function serves(edge: WaymarkProcess, former: string, cluster: Drill['cluster']): Promise<void> {
  assert.notEqual(edgeIdOf(edge), former);
  await leadsTo(edge, 'drill-0', '302 https://example.com/drill-0');
  await until(async () => (await figureOf(edge, cluster, 'waymark_replica_snapshots_total')) === 1, {
    what: 'a snapshot',
  });
}

function leadsTo(edge: WaymarkProcess, code: string, where: string): Promise<unknown> {
  return until(async () => (await whereTo(edge, code)) === where, { what: `${where} at ${edge.name}` });
}

/** Waits until so many clicks are on its disk alone: nginx sends it visitors again a while after it was away. */
function holdsClicks(edge: WaymarkProcess, n: number, cluster: Cluster): Promise<unknown> {
  return until(async () => (await figureOf(edge, cluster, 'waymark_outbox_depth')) >= n, { what: `${n} clicks` });
}

/** As ten seconds later: nobody holds the id any more. */
async function leaseEnds(edgeId: string, { databaseUrl }: Cluster): Promise<void> {
  await psql(databaseUrl, `UPDATE edges SET lease_until = clock_timestamp() WHERE edge_id = '${edgeId}'`);
}

/** What is counted of an edge, once that has come to rest. */
async function progressOf(edgeId: string, { databaseUrl }: Cluster): Promise<{ watermark: number; committed: number }> {
  let before = '';
  return until(
    async () => {
      const now = await psql(databaseUrl, `SELECT watermark, committed FROM ingest_edges WHERE edge_id = '${edgeId}'`);
      const isStill = now === before;
      before = now;
      const [watermark = 0, committed = 0] = now.split('|').map(Number);
      return isStill ? { watermark, committed } : null;
    },
    { what: 'a standstill', everyMs: 500 },
  );
}
