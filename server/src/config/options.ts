import {
  bytes,
  choice,
  choices,
  connection,
  destination,
  duration,
  flag,
  host,
  hosts,
  httpOrigin,
  httpUrl,
  integer,
  networks,
  type Option,
  origins,
  redisAddress,
  share,
  text,
} from './option.ts';

const LATER = 'arrives with the observability release';

/** Every environment variable that Waymark reads, by topic. The documentation is written from this table. */
export const GROUPS = {
  'Where it listens': {
    HOST: text('127.0.0.1', { doc: 'Address to listen on; 0.0.0.0 listens on all.' }),
    PORT: integer(3000, 0, 65_535, { doc: 'Port to listen on; 0 takes a free one.' }),
    BASE_URL: httpOrigin({
      doc: 'Origin that short links are shown under.',
      empty: 'http://HOST:PORT, with localhost for an address that stands for all.',
    }),
    SHORT_HOSTS: hosts({
      doc: 'Hosts that serve short links alone.',
      empty: 'Every host serves links.',
    }),
    APP_HOST: host({
      doc: 'Host that serves the API and the dashboard; where it is set, other hosts do not.',
      empty: 'Every host serves them.',
    }),
    LANDING: choice(['page', 'redirect', 'shorten'], 'page', {
      doc: 'What stands at /: a page that leads to the dashboard and the API, the way to LANDING_URL (on every host), or a form that shortens links for those to whom the classic API is open.',
    }),
    LANDING_URL: destination({
      doc: 'Where / leads when LANDING is redirect.',
      empty: 'Nowhere, so LANDING can not be redirect.',
    }),
    TRUSTED_PROXIES: networks({
      doc: 'Proxies whose X-Forwarded-* headers are believed.',
      empty: 'None: the address of the connection counts.',
    }),
    CORS_ORIGINS: origins({
      doc: 'Origins from which browsers may call the APIs.',
      empty: 'None: no CORS header is sent.',
    }),
  },
  Storage: {
    DATA_DIR: text('./data', { doc: 'Directory of the SQLite files and the outbox; made if missing.' }),
    DATABASE_URL: connection(['postgres:', 'postgresql:'], {
      secret: true,
      doc: 'PostgreSQL 15 or newer, for roles on several machines; together with REDIS_URL.',
      empty: 'SQLite in DATA_DIR.',
    }),
    DB_MAX_CONNECTIONS: integer(20, 1, 1000, {
      doc: 'Connections of one process to PostgreSQL: an edge needs 5, an API 4, a worker 5, all three in one process 14.',
    }),
    REDIS_URL: redisAddress({
      secret: true,
      doc: 'Redis 7 or Valkey, for roles on several machines: redis://host:port for one server, redis+sentinel://host:port,host:port/group for Sentinel, redis+cluster://host:port,host:port for Cluster; rediss for TLS.',
      empty: 'No Redis.',
    }),
    ROLES: choices(['edge', 'api', 'worker'], 'edge,api,worker', {
      doc: 'What this process does; on SQLite all three are one process.',
    }),
    LINK_CACHE_SIZE: integer(1_000_000, 0, 50_000_000, {
      unit: 'links',
      doc: 'Links kept in memory for redirects, about 100 bytes each. On SQLite, where there are more, all of them are packed into a file that is read in memory, as large. 0 reads each from SQLite.',
    }),
  },
  Access: {
    CLASSIC_API: choice(['open', 'keyed', 'off'], null, {
      doc: 'Who may use the classic API: all within limits, holders of a key, or nobody.',
      empty: 'Decided for each request: open and unlimited for direct loopback requests, keyed for all others.',
    }),
    SECRET_KEY: text(null, {
      secret: true,
      doc: 'Key from which sessions, cursors and tokens are signed; 32 characters or more.',
      empty: 'One is made at the first start and kept in DATA_DIR.',
    }),
    BOOTSTRAP_API_KEY: text(null, {
      secret: true,
      doc: 'An admin API key known from the start, for automation; 16 characters or more.',
      empty: 'None.',
    }),
    CHAOS_TOKEN: text(null, {
      secret: true,
      doc: 'Token with which /chaos ends the process, for failure drills.',
      empty: '/chaos does not exist.',
    }),
    ENABLE_INCIDENT_DEBUG_ROUTES: flag(false, { doc: 'Serve /debug/fail, which answers 500 on purpose.' }),
  },
  'Clicks and events': {
    OUTBOX_MAX_BYTES: bytes('2GiB', 1024 ** 2, {
      unit: 'bytes',
      doc: 'Largest size of the outbox; when it is full redirects go on and clicks are dropped, counted.',
    }),
    OUTBOX_SYNC_MS: integer(100, 1, 60_000, {
      unit: 'milliseconds',
      doc: 'Longest time between two fsyncs of the outbox: what a power loss may take.',
    }),
    OUTBOX_KEEP: duration('15m', {
      unit: 'seconds',
      doc: 'How long a sealed batch stays on the disk of the edge after the database has committed it.',
    }),
    EVENT_LOG_SAMPLE_RATE: share(1, { doc: 'Share of raw click rows that are kept; rollups always count all.' }),
    EVENT_RETENTION_DAYS: integer(0, 0, 36_500, {
      unit: 'days',
      doc: 'How long raw click rows are kept; 0 is for ever. Rollups stay.',
    }),
    GEOIP_DB: text(null, {
      doc: 'An .mmdb file for country, region and city.',
      empty: 'The country database that comes with the install, or the city one once it is added.',
    }),
  },
  'Logs and reports': {
    LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info', {
      doc: 'Least level that is logged.',
    }),
    LOG_FORMAT: choice(['auto', 'json', 'pretty'], 'auto', {
      doc: 'Form of the log: auto is pretty where a terminal watches and JSON lines elsewhere.',
    }),
    SHUTDOWN_GRACE_MS: integer(8000, 0, 600_000, {
      unit: 'milliseconds',
      doc: 'How long a stop waits for requests that run before it closes their connections.',
    }),
    SENTRY_DSN: httpUrl({
      secret: true,
      unused: LATER,
      doc: 'Sentry project that errors are reported to.',
      empty: 'Errors go to the log alone.',
    }),
    OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({
      unused: LATER,
      doc: 'OpenTelemetry collector that traces are sent to.',
      empty: 'No traces.',
    }),
    DISCORD_WEBHOOK_URL: httpUrl({
      secret: true,
      unused: LATER,
      doc: 'Discord webhook that alarms are sent to.',
      empty: 'Alarms go to the log and the metrics alone.',
    }),
  },
  'Release metadata': {
    APP_VERSION: text(null, {
      doc: 'Version shown by /health and X-App-Version.',
      empty: 'The version of the package.',
    }),
    GIT_SHA: text(null, { doc: 'Commit this release was built from.', empty: 'Shown as null.' }),
    DEPLOYED_AT: text(null, { doc: 'When this release was deployed, as it is to be shown.', empty: 'Shown as null.' }),
    RELEASE_OWNER: text(null, { doc: 'Who answers for this release.', empty: 'Shown as null.' }),
    RELEASE_NOTES_URL: httpUrl({ doc: 'Where the release notes are.', empty: 'Shown as null.' }),
  },
  'Feature flags': {
    ENABLE_QUARANTINE_MODE: flag(true, { doc: 'Quarantined links answer 410.' }),
    ENABLE_RISK_SCORING: flag(true, { doc: 'Links get a risk score.' }),
    ENABLE_GHOST_PROBE_ALERTS: flag(true, { doc: 'Scans for codes that do not exist raise an alarm.' }),
    ENABLE_CANARY_MONITORING: flag(true, { doc: 'Canary links are followed at intervals.' }),
    ENABLE_AUTO_BLOCKING: flag(false, { doc: 'Links of high risk are quarantined without being asked.' }),
    ENABLE_THREAT_HEATMAP: flag(false, { doc: 'The dashboard shows where risky traffic comes from.' }),
  },
} as const satisfies Record<string, Record<string, Option<unknown>>>;

/** All options by name, in the order of the documentation. */
export const OPTIONS = {
  ...GROUPS['Where it listens'],
  ...GROUPS.Storage,
  ...GROUPS.Access,
  ...GROUPS['Clicks and events'],
  ...GROUPS['Logs and reports'],
  ...GROUPS['Release metadata'],
  ...GROUPS['Feature flags'],
} as const;

export type OptionName = keyof typeof OPTIONS;

/** What each option reads as. */
export type OptionValues = {
  [Name in OptionName]: (typeof OPTIONS)[Name] extends Option<infer Value> ? Value : never;
};
