import type { ApiKeyCommands, ApiKeyQueries } from '../../accounts/api-key.ts';
import type { SessionCommands, SessionQueries } from '../../accounts/session.ts';
import type { UserCommands, UserQueries } from '../../accounts/user.ts';
import { encodeBatch } from '../../clicks/batch.ts';
import type { EnrichedClick } from '../../clicks/click.ts';
import type { EventCommands, EventQueries } from '../../clicks/event.ts';
import type { IngestPort } from '../../clicks/ingest.ts';
import type { ImportJobCommands, ImportJobQueries } from '../../links/import-jobs.ts';
import type { ImportCommands } from '../../links/import-rows.ts';
import { DEFAULT_DOMAIN_ID } from '../../links/link.ts';
import type { LinkCommands, LinkQueries, LinkWithCounts, NewLink } from '../../links/store.ts';

/** Every store over one fresh database, as an adapter's test hands them to the suites. */
export interface Stores {
  links: LinkQueries;
  linkCommands: LinkCommands;
  users: UserQueries;
  userCommands: UserCommands;
  events: EventQueries;
  eventCommands: EventCommands;
  keys: ApiKeyQueries;
  keyCommands: ApiKeyCommands;
  sessions: SessionQueries;
  sessionCommands: SessionCommands;
  imports: ImportCommands;
  importJobs: ImportJobQueries;
  importJobCommands: ImportJobCommands;
  ingest: IngestPort;
  /** The clock of all of them; the test moves it. Epoch ms UTC. */
  clock: { now: number };
  /** Codes whose redirects changed since last asked. */
  changed(): string[];
  close(): Promise<void> | void;
}

export type MakeStores = () => Promise<Stores> | Stores;

/** Where test clocks start. */
export const TEST_TIME = Date.parse('2026-05-04T10:20:30.400Z');

/** A link to create: anything not given is plain. */
export function newLink(given: Partial<NewLink> = {}): NewLink {
  return {
    domainId: DEFAULT_DOMAIN_ID,
    code: null,
    url: 'https://example.com/page',
    title: null,
    active: true,
    expiresAt: null,
    redirectStatus: 302,
    ownerId: null,
    ...given,
  };
}

let batches = 0;

/** Records clicks on a link as one batch of an edge of its own, one for each partial click given. */
export async function recordClicks(
  stores: Stores,
  link: LinkWithCounts,
  clicks: readonly Partial<EnrichedClick>[],
): Promise<void> {
  batches++;
  const content = encodeBatch({
    edgeId: batches.toString(16).padStart(32, '0'),
    firstSeq: 1,
    lastSeq: clicks.length,
    unreadable: 0,
    clicks: clicks.map((click, index) => ({ ...plainClick(stores, link), ...click, seq: index + 1 })),
  });
  await stores.ingest.ingest(content, `hash-${batches}`);
}

function plainClick(stores: Stores, link: LinkWithCounts): EnrichedClick {
  return {
    seq: 0,
    at: stores.clock.now,
    linkId: link.id,
    urlVersion: link.urlVersion,
    country: 'DE',
    region: '',
    city: '',
    device: 'desktop',
    browser: 'Firefox',
    os: 'Linux',
    referrer: '',
    utmSource: '',
    utmMedium: '',
    utmCampaign: '',
    utmTerm: '',
    utmContent: '',
    language: 'de',
    quality: 'human',
    reason: '',
    visitor: 7,
  };
}
