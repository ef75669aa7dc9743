import type { Generated } from 'kysely';
import type { ImportOutcome, ImportState } from '../../links/import-jobs.ts';

interface Counted {
  clicks: number;
  visitors: number;
  human_clicks: number;
  human_visitors: number;
}

/** The tables as Kysely sees them. Meaning and units: migrations. */
export interface Schema {
  installation: { id: Generated<number>; feed_epoch: string; feed_floor: Generated<number>; created_at: number };
  users: { id: Generated<number>; username: string; email: string; created_at: number };
  user_claims: { kind: 'username' | 'email'; value: string; user_id: number };
  user_deletions: { user_id: number; deleted_at: number };
  links: LinkTable;
  link_urls: { link_id: number; url_version: number; url: string };
  link_changes: { seq: number; link_id: number; domain_id: number; code: string; at: Generated<Date> };
  rollup_tiers: {
    id: Generated<number>;
    days_before: Generated<number>;
    late_before: Generated<number>;
    spans_before: Generated<number>;
    late_spans_before: Generated<number>;
  };
  edges: EdgeTable;
  link_stats: {
    link_id: number;
    clicks: number;
    human_clicks: number;
    click_rows: number;
    last_click_at: number | null;
  };
  events: { id: number; link_id: number; user_id: number | null; type: string; at: number; details: string };
  clicks: ClickTable;
  click_retention: { id: Generated<number>; rows_since: number };
  event_counts: { link_id: number; user_id: number; type: string; n: number };
  counters: { kind: string; key: string; shard: number; n: number };
  dimension_values: { id: number; dimension: number; value: string };
  rollup_15m: Counted & { link_id: number; slot: number };
  rollup_hour: Counted & { hour: number; link_id: number; value_id: number; quarter: number | null };
  /** A view: rollup_hour, and rollup_hour_added by value. */
  rollup_hour_all: Schema['rollup_hour'];
  rollup_day: Counted & { day: number; link_id: number; value_id: number };
  rollup_span: Counted & { span: number; link_id: number; value_id: number };
  visitors_seen: { day: number; link_id: number; visitor: number; mask: number };
  visitor_salts: { day: number; salt: string };
  ingest_edges: {
    edge_id: string;
    watermark: number;
    committed: number;
    discarded: number;
    dead: number;
    updated_at: number;
  };
  ingest_batches: { edge_id: string; first_seq: number; last_seq: number; hash: string; committed_at: number };
  dead_letters: {
    id: Generated<number>;
    edge_id: string;
    first_seq: number;
    last_seq: number;
    reason: string;
    content: string;
    at: number;
  };
  api_keys: {
    id: Generated<number>;
    name: string;
    prefix: string;
    hash: string;
    scope: 'read' | 'write' | 'admin';
    created_at: number;
    expires_at: number | null;
    last_used_at: number | null;
    revoked_at: number | null;
  };
  sessions: SessionTable;
  sign_in_links: {
    hash: string;
    name: string;
    scope: 'read' | 'write' | 'admin';
    key_id: number | null;
    expires_at: number;
  };
  import_jobs: ImportJobTable;
  import_files: { job_id: number; part: number; bytes: Uint8Array };
  import_rows: { job_id: number; row: number; outcome: ImportOutcome; link_id: number | null; reason: string | null };
  idempotency: {
    principal: string;
    route: string;
    key: string;
    body_hash: string;
    result: string;
    created_at: number;
  };
}

export interface SessionTable {
  id: Generated<number>;
  hash: string;
  name: string;
  scope: 'read' | 'write' | 'admin';
  key_id: number | null;
  user_agent: string | null;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
}

export interface LinkTable {
  id: Generated<number>;
  domain_id: number;
  code: string;
  url: string;
  url_version: Generated<number>;
  title: string | null;
  active: boolean;
  expires_at: number | null;
  redirect_status: number;
  owner_id: number | null;
  version: Generated<number>;
  quarantine_reason: Generated<string | null>;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

export interface ClickTable {
  id: number;
  link_id: number;
  user_id: number | null;
  at: number;
  original_at: number | null;
  url_version: number;
  country: number;
  region: number;
  city: number;
  device: number;
  browser: number;
  os: number;
  referrer: number;
  utm_source: number;
  utm_medium: number;
  utm_campaign: number;
  utm_term: number;
  utm_content: number;
  language: number;
  quality: number;
  reason: number;
  visitor: number;
  first_seen: number;
}

export interface ImportJobTable {
  id: Generated<number>;
  state: ImportState;
  file_name: string | null;
  preview: string | null;
  processed: Generated<number>;
  created: Generated<number>;
  skipped: Generated<number>;
  failed: Generated<number>;
  undone: Generated<number>;
  failure: string | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
}

export interface EdgeTable {
  edge_id: string;
  boot_id: string;
  name: string;
  version: string;
  started_at: Generated<Date>;
  seen_at: Generated<Date>;
  lease_until: Date;
  stopped: Generated<boolean>;
  accepted_seq: Generated<number>;
  dropped: Generated<number>;
  outbox_bytes: Generated<number>;
  applied_seq: Generated<number>;
  applied_epoch: Generated<string>;
}
