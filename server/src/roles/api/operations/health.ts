import type { Config, FeatureFlags } from '../../../config/config.ts';
import type { PipelineStatus } from '../deps.ts';

/** GET /health. `null` where the release metadata is not set. */
export interface Health {
  status: 'ok';
  version: string;
  git_sha: string | null;
  deployed_at: string | null;
  release_owner: string | null;
  release_notes_url: string | null;
  feature_flags: FeatureFlags;
  /** `failing`: clicks could not be written into it when that was last tried. */
  db: 'ok' | 'failing';
  redis: 'off' | 'ok' | 'away';
  /** The edge id; null where this process is no edge, or the outbox can't be asked. */
  instance: string | null;
  /** Whether every click is also an event: `sampled` where rows are sampled, or leave by age. */
  events: 'complete' | 'sampled';
}

/** The process is alive and this is who it is. Never throws: no dependency can make it fail. */
export function health(
  config: Config,
  redis: Health['redis'],
  clickStatus: () => Pick<PipelineStatus, 'outbox' | 'lastError'>,
): Health {
  const { release, events, flags } = config;
  const clicks = attempt(clickStatus);
  return {
    status: 'ok',
    version: release.version,
    git_sha: release.gitSha,
    deployed_at: release.deployedAt,
    release_owner: release.owner,
    release_notes_url: release.notesUrl,
    feature_flags: flags,
    db: clicks === null || clicks.lastError !== null ? 'failing' : 'ok',
    redis,
    instance: clicks?.outbox?.edgeId ?? null,
    events: events.sampleRate < 1 || events.retentionDays !== null ? 'sampled' : 'complete',
  };
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null; // Shown as `failing`; /ready says more.
  }
}
