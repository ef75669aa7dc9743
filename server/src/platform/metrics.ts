import { Counter, Gauge, Registry } from 'prom-client';
import { CounterFamily, DurationFamily } from './metric-family.ts';
import { registerProcessMetrics } from './process-metrics.ts';

/** What a visit of a short link can come to. */
export interface RedirectCounts {
  redirect: number;
  not_found: number;
  inactive: number;
  quarantined: number;
  expired: number;
  method_not_allowed: number;
  unavailable: number;
  error: number;
}

type Eventually<T> = T | Promise<T>;

/**
 * Where figures come from that others own. Asked at each scrape, all side by side.
 * Errors: one that throws or takes over a second is left out of that scrape and counted in `waymark_metric_source_errors_total`.
 */
export interface MetricSources {
  /** From durable sequence numbers: accepted = committed + discarded + dead + inFlight. */
  clicks(): Eventually<{ accepted: number; committed: number; discarded: number; dead: number; inFlight: number }>;
  /** Null where this process is no edge. `secondsToFull` null: it does not grow. */
  outbox(): Eventually<{ depth: number; oldestSeconds: number; bytes: number; secondsToFull: number | null } | null>;
  /** Age of the oldest accepted click that is not ingested, in seconds; 0 where there is none. */
  ingestLagSeconds(): Eventually<number>;
  /** Sizes in bytes by a short, fixed name of the file (`waymark.db`, `waymark.db-wal`). */
  sqliteBytes(): Eventually<Record<string, number>>;
  /** Null where this process follows no change feed. */
  following(): Eventually<FollowingFigures | null>;
}

/** How an edge's replica follows the change feed, and how often it had to look further. */
export interface FollowingFigures {
  /** Whether there is a whole snapshot on disk: it answers known links, whatever is away. */
  isWhole: boolean;
  /** Upper bound of the age of the oldest change that is not applied; null until this process was once at the feed's end. */
  lagSeconds: number | null;
  inTouch: boolean;
  snapshots: number;
  /** Questions to the database for unknown codes; answers given without one; visits that could not be answered. */
  lookups: { asked: number; spared: number; unavailable: number };
  /** Edge ids of this outbox that another live process uses: the disk was cloned. */
  clonedIds: number;
}

export type SourceName = keyof MetricSources;
type Snapshot = { [Name in SourceName]?: Awaited<ReturnType<MetricSources[Name]>> };

const SOURCE_TIMEOUT_MS = 1000;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The metrics of one process. A busy path raises the plain numbers here; they are read when somebody scrapes. */
export class Metrics {
  /** `metrics.redirects.outcome.redirect++` */
  readonly redirects: { readonly outcome: RedirectCounts } = {
    outcome: {
      redirect: 0,
      not_found: 0,
      inactive: 0,
      quarantined: 0,
      expired: 0,
      method_not_allowed: 0,
      unavailable: 0,
      error: 0,
    },
  };
  /** Clicks that were never accepted: the outbox or the disk was full. */
  readonly clicks = { dropped: 0 };
  readonly replicaCache = { hits: 0, misses: 0, copied: 0 };
  readonly requests: CounterFamily;
  readonly durations: DurationFamily;

  readonly contentType: string;
  private readonly registry = new Registry();
  private readonly sourceErrors: CounterFamily;
  private sources: Partial<MetricSources> = {};
  private snapshot: Snapshot = {};

  constructor(private readonly sourceTimeoutMs = SOURCE_TIMEOUT_MS) {
    const { registry } = this;
    this.contentType = registry.contentType;
    this.requests = new CounterFamily(registry, 'waymark_http_requests_total', 'Requests answered, by route.', [
      'method',
      'route',
      'status',
    ]);
    this.durations = new DurationFamily(registry, {
      name: 'waymark_http_request_duration_seconds',
      help: 'Time from request to answer, in seconds, by route.',
    });
    this.sourceErrors = new CounterFamily(
      registry,
      'waymark_metric_source_errors_total',
      'Figures that could not be had in time at a scrape, by source.',
      ['source'],
    );
    this.registerOwn();
    this.registerSources();
    registerProcessMetrics(registry);
  }

  /** Says where figures come from; a later call adds to an earlier one. */
  connect(sources: Partial<MetricSources>): void {
    this.sources = { ...this.sources, ...sources };
  }

  /** Counts one answered request. `route` is the pattern (`/urls/{id}`), never the path. */
  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.cell(METHODS.has(method) ? method : 'OTHER', route, String(status)).value++;
    this.durations.route(route).observe(seconds);
  }

  /** Prometheus text of now. Never rejects for a source. */
  async render(): Promise<string> {
    const entries = await Promise.all(Object.entries(this.sources).map(([name, read]) => this.ask(name, read)));
    this.snapshot = Object.fromEntries(entries.filter((entry) => entry !== null)) as Snapshot;
    return this.registry.metrics();
  }

  private async ask(name: string, read: () => unknown): Promise<[string, unknown] | null> {
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => timeout.reject(new Error('too slow')), this.sourceTimeoutMs);
    try {
      return [name, await Promise.race([timeout.promise, (async () => read())()])];
    } catch {
      this.sourceErrors.cell(name).value++;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  private registerOwn(): void {
    const { outcome } = this.redirects;
    this.counter('waymark_redirects_total', 'Visits of short links, by what they came to.', 'outcome', () => outcome);
    this.counter(
      'waymark_clicks_dropped_total',
      'Clicks not accepted: outbox or disk full.',
      null,
      () => this.clicks.dropped,
    );
    this.counter('waymark_replica_cache_hits_total', 'Links found in memory.', null, () => this.replicaCache.hits);
    this.counter(
      'waymark_replica_cache_misses_total',
      'Links looked up on disk.',
      null,
      () => this.replicaCache.misses,
    );
    this.gauge(
      'waymark_replica_copied_links',
      'Links in the packed copy that look-ups read first; 0 where there is none.',
      null,
      () => this.replicaCache.copied,
    );
  }

  private registerSources(): void {
    const clicks = () => this.snapshot.clicks;
    const outbox = () => this.snapshot.outbox;
    this.counter(
      'waymark_clicks_accepted_total',
      'Clicks in the outbox before their redirect left.',
      null,
      () => clicks()?.accepted,
    );
    this.counter('waymark_clicks_committed_total', 'Clicks in the database.', null, () => clicks()?.committed);
    this.counter(
      'waymark_clicks_discarded_total',
      'Clicks of links deleted meanwhile.',
      null,
      () => clicks()?.discarded,
    );
    this.counter(
      'waymark_clicks_dead_total',
      'Clicks that could not be processed, kept for an operator.',
      null,
      () => clicks()?.dead,
    );
    this.gauge(
      'waymark_clicks_in_flight',
      'Clicks accepted and not yet accounted for.',
      null,
      () => clicks()?.inFlight,
    );
    this.gauge('waymark_outbox_depth', 'Clicks in the outbox.', null, () => outbox()?.depth);
    this.gauge(
      'waymark_outbox_oldest_seconds',
      'Age of the oldest click in the outbox, in seconds.',
      null,
      () => outbox()?.oldestSeconds,
    );
    this.gauge('waymark_outbox_bytes', 'Size of the outbox on disk, in bytes.', null, () => outbox()?.bytes);
    this.gauge(
      'waymark_outbox_seconds_to_full',
      'Seconds until the outbox is full at the present rate; +Inf where it does not grow.',
      null,
      () => {
        const now = outbox();
        return now == null ? undefined : (now.secondsToFull ?? Number.POSITIVE_INFINITY);
      },
    );
    this.gauge(
      'waymark_ingest_lag_seconds',
      'Age of the oldest click not yet ingested, in seconds.',
      null,
      () => this.snapshot.ingestLagSeconds,
    );
    const following = () => this.snapshot.following ?? undefined;
    this.gauge(
      'waymark_replica_lag_seconds',
      'Age of the oldest change that the replica may lack, in seconds; +Inf before its first snapshot.',
      null,
      () => {
        const now = following();
        return now === undefined ? undefined : (now.lagSeconds ?? Number.POSITIVE_INFINITY);
      },
    );
    this.gauge('waymark_replica_in_touch', 'Whether the database has answered the replica lately.', null, () =>
      following() === undefined ? undefined : Number(following()?.inTouch),
    );
    this.counter('waymark_replica_snapshots_total', 'Snapshots taken.', null, () => following()?.snapshots);
    this.counter(
      'waymark_replica_lookups_total',
      'Codes that the replica did not know: asked of the database, spared that question, or unavailable.',
      'answer',
      () => following()?.lookups,
    );
    this.gauge(
      'waymark_edge_cloned_ids',
      'Edge ids of this outbox that another running process uses: its disk was cloned.',
      null,
      () => following()?.clonedIds,
    );
    this.gauge(
      'waymark_sqlite_size_bytes',
      'Size of each SQLite file, in bytes.',
      'file',
      () => this.snapshot.sqliteBytes,
    );
  }

  private counter(name: string, help: string, label: string | null, read: () => Reading): void {
    new Counter({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [this.registry],
      collect() {
        this.reset();
        const found = samples(label, read()).filter(([, value]) => value >= 0 && value < Number.POSITIVE_INFINITY);
        if (label === null && found.length === 0) this.remove();
        for (const [labels, value] of found) this.inc(labels, value);
      },
    });
  }

  private gauge(name: string, help: string, label: string | null, read: () => Reading): void {
    new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [this.registry],
      collect() {
        this.reset();
        const found = samples(label, read()).filter(([, value]) => !Number.isNaN(value));
        if (label === null && found.length === 0) this.remove();
        for (const [labels, value] of found) this.set(labels, value);
      },
    });
  }
}

/** One number, or one for each label value; undefined where it is not known now. */
type Reading = number | object | undefined;

function samples(label: string | null, reading: Reading): [Record<string, string>, number][] {
  if (reading === undefined) return [];
  if (typeof reading === 'number') return [[{}, reading]];
  return Object.entries(reading).map(([value, count]) => [{ [label ?? 'name']: value }, Number(count)]);
}
