/** Look-ups of redirects read this index alone, deleted_at included, or SQLite would go to the row for it. */
export const migration0003 = {
  version: 3,
  name: 'link-lookup',
  sql: `
CREATE INDEX links_lookup ON links
  (domain_id, code, url, url_version, redirect_status, active, expires_at, quarantine_reason, deleted_at)
  WHERE deleted_at IS NULL;
`,
} as const;
