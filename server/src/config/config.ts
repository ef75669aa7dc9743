import type { LogLevel } from '../platform/logger.ts';

export type Role = 'edge' | 'api' | 'worker';
export type LogFormat = 'auto' | 'json' | 'pretty';

/**
 * Everything that is decided outside the program, read once at the start. Frozen, all the way down.
 * `null` is off or not set. Times in ms, sizes in bytes; names end in their unit.
 */
export interface Config {
  readonly listen: {
    readonly host: string;
    /** 0 takes a free port. */
    readonly port: number;
  };
  /** Where people and links find this installation. */
  readonly site: {
    /** No trailing slash. With port 0 and no BASE_URL use `defaultBaseUrl` once the port is known. */
    readonly baseUrl: string;
    /** Whether BASE_URL was set; where not, loopback with the own port is "this service itself". */
    readonly baseUrlIsSet: boolean;
    /** Lower case, with a port where it is not the default; empty: every host serves links. */
    readonly shortHosts: readonly string[];
    readonly appHost: string | null;
    readonly landing: Landing;
  };
  readonly roles: readonly Role[];
  readonly storage: Storage;
  readonly redirect: {
    /** Links kept in memory; 0 keeps none. */
    readonly linkCacheSize: number;
  };
  readonly outbox: {
    readonly bytesMax: number;
    readonly syncMs: number;
    readonly keepMs: number;
  };
  readonly events: {
    /** Share of raw click rows kept, 0 to 1. */
    readonly sampleRate: number;
    /** null keeps raw rows for ever. */
    readonly retentionDays: number | null;
  };
  /** Path of an .mmdb, absolute; null takes what comes with the install. */
  readonly geoipPath: string | null;
  readonly access: {
    /** null decides for each request: open for direct loopback, keyed for all others. */
    readonly classicApi: 'open' | 'keyed' | 'off' | null;
    /** Addresses and CIDR ranges. */
    readonly trustedProxies: readonly string[];
    readonly cors: Cors | null;
    readonly incidentDebugRoutes: boolean;
  };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  readonly shutdown: { readonly graceMs: number };
  readonly release: {
    readonly version: string;
    readonly gitSha: string | null;
    readonly deployedAt: string | null;
    readonly owner: string | null;
    readonly notesUrl: string | null;
  };
  /** Under the names that /health shows. */
  readonly flags: FeatureFlags;
  readonly secrets: Secrets;
  /** What is odd but no reason to stop: one sentence each, for the log. */
  readonly warnings: readonly string[];
}

/** What stands at the root: a page, a page with a form that shortens links, or the way to another address. */
export type Landing = { readonly kind: 'page' | 'shorten' } | { readonly kind: 'redirect'; readonly url: string };

/** Where the data lives: SQLite in one directory, or PostgreSQL with Redis for roles on several machines. */
export type Storage = EmbeddedStorage | ScaledOutStorage;

export interface EmbeddedStorage {
  readonly kind: 'sqlite';
  /** Absolute. */
  readonly dataDir: string;
}

export interface ScaledOutStorage {
  readonly kind: 'postgres';
  /** Of an edge's replica and outbox. Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Connections of this process to PostgreSQL, all its pools together. */
  readonly connectionsMax: number;
}

/** Origins that browsers may call from. */
export type Cors = { readonly kind: 'any' } | { readonly kind: 'listed'; readonly origins: readonly string[] };

export interface FeatureFlags {
  readonly quarantine_mode: boolean;
  readonly risk_scoring: boolean;
  readonly ghost_probe_alerts: boolean;
  readonly canary_monitoring: boolean;
  readonly auto_blocking: boolean;
  readonly threat_heatmap: boolean;
}

/** Never logged and never shown. */
export interface Secrets {
  /** null: made at the first start and kept in the data directory. */
  readonly secretKey: string | null;
  readonly bootstrapApiKey: string | null;
  /** null: /chaos does not exist. */
  readonly chaosToken: string | null;
}
