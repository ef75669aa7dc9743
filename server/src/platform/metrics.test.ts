import { describe, expect, test } from 'bun:test';
import { Registry } from 'prom-client';
import { CounterFamily } from './metric-family.ts';
import { Metrics } from './metrics.ts';

/** The samples of a scrape by name and labels. */
async function scrape(metrics: { render(): Promise<string> }): Promise<Map<string, number>> {
  const lines = (await metrics.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

describe('metrics', () => {
  test('plain numbers raised by hand are there at the next scrape', async () => {
    const metrics = new Metrics();
    metrics.redirects.outcome.redirect += 3;
    metrics.redirects.outcome.expired++;
    metrics.clicks.dropped++;
    metrics.replicaCache.hits += 2;
    metrics.replicaCache.misses++;
    const samples = await scrape(metrics);
    expect(samples.get('waymark_redirects_total{outcome="redirect"}')).toBe(3);
    expect(samples.get('waymark_redirects_total{outcome="expired"}')).toBe(1);
    expect(samples.get('waymark_redirects_total{outcome="not_found"}')).toBe(0);
    expect(samples.get('waymark_clicks_dropped_total')).toBe(1);
    expect(samples.get('waymark_replica_cache_hits_total')).toBe(2);
    expect(samples.get('waymark_replica_cache_misses_total')).toBe(1);
    metrics.redirects.outcome.redirect++;
    expect((await scrape(metrics)).get('waymark_redirects_total{outcome="redirect"}')).toBe(4);
  });

  test('requests are counted by method, route and status and timed by route', async () => {
    const metrics = new Metrics();
    metrics.request('GET', '/urls/{id}', 200, 0.003);
    metrics.request('GET', '/urls/{id}', 200, 60);
    metrics.request('BREW', '/urls/{id}', 405, 0.003);
    const samples = await scrape(metrics);
    const name = 'waymark_http_request_duration_seconds';
    expect(samples.get('waymark_http_requests_total{method="GET",route="/urls/{id}",status="200"}')).toBe(2);
    expect(samples.get('waymark_http_requests_total{method="OTHER",route="/urls/{id}",status="405"}')).toBe(1);
    expect(samples.get(`${name}_bucket{le="0.0025",route="/urls/{id}"}`)).toBe(0);
    expect(samples.get(`${name}_bucket{le="0.005",route="/urls/{id}"}`)).toBe(2);
    expect(samples.get(`${name}_bucket{le="10",route="/urls/{id}"}`)).toBe(2);
    expect(samples.get(`${name}_bucket{le="+Inf",route="/urls/{id}"}`)).toBe(3);
    expect(samples.get(`${name}_count{route="/urls/{id}"}`)).toBe(3);
    expect(samples.get(`${name}_sum{route="/urls/{id}"}`)).toBeCloseTo(60.006);
  });

  test('figures of others are asked for at each scrape', async () => {
    const metrics = new Metrics();
    let depth = 0;
    metrics.connect({
      clicks: async () => ({ accepted: 10, committed: 6, discarded: 1, dead: 1, inFlight: 2 }),
      outbox: () => ({ depth: ++depth, oldestSeconds: 1.5, bytes: 4096, secondsToFull: null }),
    });
    metrics.connect({ ingestLagSeconds: () => 0.25, sqliteBytes: async () => ({ 'waymark.db': 8192 }) });
    await metrics.render();
    const samples = await scrape(metrics);
    expect(samples.get('waymark_clicks_accepted_total')).toBe(10);
    expect(samples.get('waymark_clicks_committed_total')).toBe(6);
    expect(samples.get('waymark_clicks_discarded_total')).toBe(1);
    expect(samples.get('waymark_clicks_dead_total')).toBe(1);
    expect(samples.get('waymark_clicks_in_flight')).toBe(2);
    expect(samples.get('waymark_outbox_depth')).toBe(2);
    expect(samples.get('waymark_outbox_oldest_seconds')).toBe(1.5);
    expect(samples.get('waymark_outbox_bytes')).toBe(4096);
    expect(await metrics.render()).toContain('waymark_outbox_seconds_to_full +Inf');
    expect(samples.get('waymark_ingest_lag_seconds')).toBe(0.25);
    expect(samples.get('waymark_sqlite_size_bytes{file="waymark.db"}')).toBe(8192);
  });

  test('a source that fails or hangs is left out and counted, and the rest is answered', async () => {
    const metrics = new Metrics(20);
    metrics.connect({
      clicks: () => new Promise(() => {}),
      ingestLagSeconds: () => {
        throw new Error('thread is gone');
      },
      outbox: () => ({ depth: 7, oldestSeconds: 0, bytes: 0, secondsToFull: 60 }),
    });
    await metrics.render();
    const samples = await scrape(metrics);
    expect(samples.get('waymark_outbox_depth')).toBe(7);
    expect(samples.get('waymark_outbox_seconds_to_full')).toBe(60);
    expect(samples.has('waymark_clicks_accepted_total')).toBe(false);
    expect(samples.has('waymark_ingest_lag_seconds')).toBe(false);
    expect(samples.get('waymark_metric_source_errors_total{source="clicks"}')).toBe(2);
    expect(samples.get('waymark_metric_source_errors_total{source="ingestLagSeconds"}')).toBe(2);
  });

  test('the process and its heap are there with real figures', async () => {
    const samples = await scrape(new Metrics());
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(samples.get('process_start_time_seconds')).toBeGreaterThan(1.7e9);
    expect(samples.get('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e5);
    expect(samples.get('nodejs_eventloop_lag_seconds')).toBeLessThan(10);
  });

  test('each registry stands alone', async () => {
    const one = new Metrics();
    one.redirects.outcome.redirect++;
    expect((await scrape(new Metrics())).get('waymark_redirects_total{outcome="redirect"}')).toBe(0);
  });

  test('label values beyond 2,000 are counted together', async () => {
    const registry = new Registry();
    const family = new CounterFamily(registry, 'things_total', 'Things.', ['name']);
    for (let n = 0; n < 2100; n++) family.cell(`n${n}`).value++;
    const text = await registry.metrics();
    expect(text.split('\n').filter((line) => line.startsWith('things_total{'))).toHaveLength(2001);
    expect(text).toContain('things_total{name="other"} 100');
  });

  test('a replica that follows shows its lag, and infinity before its first snapshot; any other process shows none', async () => {
    const metrics = new Metrics();
    const lookups = { asked: 3, spared: 2, unavailable: 1 };
    const figures = {
      isWhole: false,
      lagSeconds: null as number | null,
      inTouch: false,
      snapshots: 0,
      lookups,
      clonedIds: 0,
    };
    metrics.connect({ following: () => figures });
    expect(await metrics.render()).toContain('\nwaymark_replica_lag_seconds +Inf\n');
    Object.assign(figures, { lagSeconds: 1.5, inTouch: true, snapshots: 2, clonedIds: 1 });
    const samples = await scrape(metrics);
    expect(samples.get('waymark_replica_lag_seconds')).toBe(1.5);
    expect(samples.get('waymark_replica_in_touch')).toBe(1);
    expect(samples.get('waymark_replica_snapshots_total')).toBe(2);
    expect(samples.get('waymark_replica_lookups_total{answer="asked"}')).toBe(3);
    expect(samples.get('waymark_edge_cloned_ids')).toBe(1);
    metrics.connect({ following: () => null });
    expect(
      [...(await scrape(metrics)).keys()].filter((name) => /replica_(lag|in_touch|snap)|cloned/.test(name)),
    ).toEqual([]);
  });
});
