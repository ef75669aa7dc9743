import { resolve } from 'node:path';
import manifest from '../../../package.json';
import type { Config, Cors, Landing, Storage } from './config.ts';
import { ConfigError } from './config-error.ts';
import { connectionsMin } from './connection-budget.ts';
import type { OptionValues } from './options.ts';
import { type Env, readOptions } from './read-options.ts';
import { warnOfNames, warnOfShortSecrets, warnOfUnused } from './warnings.ts';

/**
 * Reads the whole configuration. Shape: frozen, all the way down.
 * Errors: throws a ConfigError that lists every problem at once.
 */
export function loadConfig(env: Env): Config {
  const { values, problems } = readOptions(env);
  problems.push(...crossCheck(values));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(toConfig(values, [...warnOfNames(env), ...warnOfUnused(env), ...warnOfShortSecrets(values)]));
}

/** What no option sees alone. */
function crossCheck(values: OptionValues): string[] {
  const problems: string[] = [];
  if (values.DATABASE_URL !== null && values.REDIS_URL === null) {
    problems.push(
      `REDIS_URL is not set, and ${roleList(values.ROLES)} on PostgreSQL needs it: Redis carries the clicks from edges to workers.`,
    );
  }
  if (values.REDIS_URL !== null && values.DATABASE_URL === null) {
    problems.push(
      'DATABASE_URL is not set, and REDIS_URL belongs to it: set both to run on PostgreSQL and Redis, or neither to run on SQLite in DATA_DIR.',
    );
  }
  if (values.ROLES.length < 3 && values.DATABASE_URL === null) {
    problems.push(
      `ROLES is "${values.ROLES.join(',')}", and roles apart need DATABASE_URL, which is not set: on SQLite in DATA_DIR edge, api and worker are one process.`,
    );
  }
  const least = connectionsMin(values.ROLES);
  if (values.DATABASE_URL !== null && values.DB_MAX_CONNECTIONS < least) {
    problems.push(
      `DB_MAX_CONNECTIONS is ${values.DB_MAX_CONNECTIONS}: a process with ${roleList(values.ROLES)} needs ${least} at least.`,
    );
  }
  if (values.APP_HOST !== null && values.SHORT_HOSTS.includes(values.APP_HOST)) {
    problems.push(`APP_HOST ${values.APP_HOST} is also in SHORT_HOSTS: a host serves either links or the rest.`);
  }
  problems.push(...landingProblems(values));
  if (values.CORS_ORIGINS.includes('*') && values.CORS_ORIGINS.length > 1) {
    problems.push('CORS_ORIGINS holds * and names: give one or the other.');
  }
  return problems;
}

function landingProblems(values: OptionValues): string[] {
  const { LANDING: landing, LANDING_URL: url } = values;
  if (landing !== 'redirect') {
    return url === null ? [] : [`LANDING_URL is set and LANDING is "${landing}": it takes LANDING=redirect.`];
  }
  if (url === null) return ['LANDING is "redirect" and LANDING_URL, where that leads, is not set.'];
  const { host, pathname } = new URL(url);
  const own = [...values.SHORT_HOSTS, values.APP_HOST, values.BASE_URL && new URL(values.BASE_URL).host];
  const loops = pathname === '/' && own.includes(host);
  return loops ? [`LANDING_URL ${url} leads back to where it comes from.`] : [];
}

function toLanding({ LANDING: landing, LANDING_URL: url }: OptionValues): Landing {
  return landing === 'redirect' && url !== null
    ? { kind: 'redirect', url }
    : { kind: landing === 'shorten' ? 'shorten' : 'page' };
}

function roleList(roles: readonly string[]): string {
  return `the role${roles.length === 1 ? '' : 's'} ${roles.join(', ')}`;
}

function toStorage(values: OptionValues): Storage {
  const dataDir = resolve(values.DATA_DIR);
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = values;
  if (databaseUrl === null || redisUrl === null) return { kind: 'sqlite', dataDir };
  return { kind: 'postgres', dataDir, databaseUrl, redisUrl, connectionsMax: values.DB_MAX_CONNECTIONS };
}

function toConfig(values: OptionValues, warnings: string[]): Config {
  return {
    listen: { host: values.HOST, port: values.PORT },
    site: {
      baseUrl: values.BASE_URL ?? defaultBaseUrl(values.HOST, values.PORT),
      baseUrlIsSet: values.BASE_URL !== null,
      shortHosts: values.SHORT_HOSTS,
      appHost: values.APP_HOST,
      landing: toLanding(values),
    },
    roles: values.ROLES,
    storage: toStorage(values),
    redirect: { linkCacheSize: values.LINK_CACHE_SIZE },
    outbox: { bytesMax: values.OUTBOX_MAX_BYTES, syncMs: values.OUTBOX_SYNC_MS, keepMs: values.OUTBOX_KEEP },
    events: {
      sampleRate: values.EVENT_LOG_SAMPLE_RATE,
      retentionDays: values.EVENT_RETENTION_DAYS === 0 ? null : values.EVENT_RETENTION_DAYS,
    },
    geoipPath: values.GEOIP_DB === null ? null : resolve(values.GEOIP_DB),
    access: {
      classicApi: values.CLASSIC_API,
      trustedProxies: values.TRUSTED_PROXIES,
      cors: toCors(values.CORS_ORIGINS),
      incidentDebugRoutes: values.ENABLE_INCIDENT_DEBUG_ROUTES,
    },
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
    shutdown: { graceMs: values.SHUTDOWN_GRACE_MS },
    release: {
      version: values.APP_VERSION ?? manifest.version,
      gitSha: values.GIT_SHA,
      deployedAt: values.DEPLOYED_AT,
      owner: values.RELEASE_OWNER,
      notesUrl: values.RELEASE_NOTES_URL,
    },
    flags: {
      quarantine_mode: values.ENABLE_QUARANTINE_MODE,
      risk_scoring: values.ENABLE_RISK_SCORING,
      ghost_probe_alerts: values.ENABLE_GHOST_PROBE_ALERTS,
      canary_monitoring: values.ENABLE_CANARY_MONITORING,
      auto_blocking: values.ENABLE_AUTO_BLOCKING,
      threat_heatmap: values.ENABLE_THREAT_HEATMAP,
    },
    secrets: {
      secretKey: values.SECRET_KEY,
      bootstrapApiKey: values.BOOTSTRAP_API_KEY,
      chaosToken: values.CHAOS_TOKEN,
    },
    warnings,
  };
}

function toCors(origins: readonly string[]): Cors | null {
  if (origins.length === 0) return null;
  return origins.includes('*') ? { kind: 'any' } : { kind: 'listed', origins };
}

/** Where links are shown without BASE_URL. Shape: no trailing slash; an address for all becomes localhost. */
export function defaultBaseUrl(host: string, port: number): string {
  const name = ['0.0.0.0', '::', '[::]'].includes(host) ? 'localhost' : host;
  return new URL(`http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`).origin;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
