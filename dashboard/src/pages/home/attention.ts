import type { Link } from '@waymark/contract/v1/links';
import type { System } from '@waymark/contract/v1/system';

/** Something to look at; the words for each kind are `home.attention.kinds`. */
export interface Attention {
  kind: SystemKind | LinkKind;
  tone: 'danger' | 'warn' | 'neutral';
  values: Record<string, string | number>;
  /** Where something can be done about it. */
  link: { id: string; code: string } | null;
  /** When it happens or happened; epoch ms. */
  at: number | null;
}

type SystemKind =
  | 'lost'
  | 'dropped'
  | 'dead'
  | 'failing'
  | 'lagging'
  | 'outboxFilling'
  | 'edgesAway'
  | 'edgesBehind'
  | 'redisAway'
  | 'sampled';
type LinkKind = 'quarantined' | 'expired' | 'expires' | 'inactive';

/** As of this figure /ready says `lagging`. Source: server/src/roles/api/operations/readiness.ts. */
const LAG_SECONDS_MAX = 30;
const REPLICA_LAG_SECONDS_MAX = 5;
const OUTBOX_SHARE_MAX = 0.9;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const LINKS_SHOWN = 5;

/** What is not as it should be with the installation, the worst first. */
export function systemAttention({ clicks, outbox, edges, redis, ingestLagSeconds, events }: System): Attention[] {
  const found: Attention[] = [];
  const add = (when: boolean, kind: SystemKind, tone: Attention['tone'], values: Attention['values'] = {}) => {
    if (when) found.push({ kind, tone, values, link: null, at: null });
  };
  const away = edges.filter(({ inTouch, stopped }) => !inTouch && !stopped);
  const behind = edges.filter(({ inTouch, lagSeconds }) => inTouch && (lagSeconds ?? 0) > REPLICA_LAG_SECONDS_MAX);
  add(clicks.difference !== 0, 'lost', 'danger', { count: Math.abs(clicks.difference) });
  add(clicks.dropped > 0, 'dropped', 'danger', { count: clicks.dropped });
  add(outbox !== null && outbox.lastError !== null, 'failing', 'danger', { error: outbox?.lastError ?? '' });
  add(outbox !== null && isFilling(outbox), 'outboxFilling', 'danger');
  add(clicks.dead > 0, 'dead', 'warn', { count: clicks.dead });
  add(ingestLagSeconds > LAG_SECONDS_MAX, 'lagging', 'warn', { count: clicks.inFlight });
  add(away.length > 0, 'edgesAway', 'warn', { count: away.length, names: away.map(({ name }) => name).join(', ') });
  add(behind.length > 0, 'edgesBehind', 'warn', { names: behind.map(({ name }) => name).join(', ') });
  add(redis === 'away', 'redisAway', 'warn');
  add(events.sampleRate < 1, 'sampled', 'neutral', { rate: events.sampleRate });
  return found;
}

function isFilling({ bytes, bytesLeft, secondsToFull }: NonNullable<System['outbox']>): boolean {
  const soon = secondsToFull !== null && secondsToFull * 1000 < DAY_MS;
  return soon || bytes > OUTBOX_SHARE_MAX * (bytes + bytesLeft);
}

/**
 * Links that people still click, or clicked until lately, and that lead nowhere or soon will not.
 * Shape: at most five of each kind, the most clicked first, as `links` are.
 */
export function linkAttention(links: readonly Link[], now: number): Attention[] {
  const known = new Map(links.map((link) => [link.id, link]));
  const of = (kind: LinkKind, tone: Attention['tone'], when: (link: Link) => boolean): Attention[] =>
    [...known.values()]
      .filter((link) => lately(link.lastClickAt, now) && when(link))
      .slice(0, LINKS_SHOWN)
      .map(({ id, code, expiresAt, lastClickAt }) => ({
        kind,
        tone,
        values: { code },
        link: { id, code },
        at: Date.parse((kind === 'inactive' || kind === 'quarantined' ? lastClickAt : expiresAt) ?? ''),
      }));
  const ends = (link: Link) => (link.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(link.expiresAt));
  const isOn = (link: Link) => link.active && link.quarantineReason === null;
  return [
    ...of('quarantined', 'danger', ({ quarantineReason }) => quarantineReason !== null),
    ...of('expired', 'warn', (link) => isOn(link) && ends(link) <= now && ends(link) > now - WEEK_MS),
    ...of('expires', 'warn', (link) => isOn(link) && ends(link) > now && ends(link) <= now + WEEK_MS),
    ...of('inactive', 'neutral', ({ active }) => !active),
  ];
}

function lately(at: string | null, now: number): boolean {
  return at !== null && Date.parse(at) > now - WEEK_MS;
}
