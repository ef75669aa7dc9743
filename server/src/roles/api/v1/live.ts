import { LIVE_LIMITS, liveMessageSchema, liveQuerySchema } from '@waymark/contract/v1/live';
import { presentedSecret } from '../../../http/access.ts';
import type { OwnSite } from '../../../http/own-site.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { accessRequest } from '../env.ts';
import { LiveClient } from './live-client.ts';
import { LiveHub } from './live-hub.ts';
import type { V1Routes } from './routes.ts';

const CLIENTS_MAX = 1000;
/** Sockets that have not shown a key yet. */
const STRANGERS_MAX = 100;

const { eventsPerMessage, messagesPerSecond, waitingEvents, keySeconds, heartbeatSeconds } = LIVE_LIMITS;
const ABOUT = [
  'A WebSocket with clicks as they are recorded.',
  `The key comes by header, or as the first message within ${keySeconds} seconds: \`{"key": "..."}\`; a browser that sends an Origin must be of this origin unless the key came by header. A page of this origin may come by its session’s cookie.`,
  `At most ${messagesPerSecond} messages a second of at most ${eventsPerMessage} clicks each; where more were recorded, or the client is slow, up to ${waitingEvents} wait and older ones are counted in \`skipped\`.`,
  '`{"resume": "<lastEventId>"}` goes on after that event, `{"link": "<id>"}` follows one link, null all; both can be in the query too.',
  `A heartbeat comes every ${heartbeatSeconds} seconds. Closed with 4401 without a usable key, 4400 for a message that is not understood, 4408 when it takes nothing for a minute.`,
].join(' ');

/** New clicks, as they come in. */
export function addLiveRoute(v1: V1Routes, deps: ApiDeps): void {
  let hub: LiveHub | null = null;
  const strangers = new Set<LiveClient>();
  let clients = 0;

  v1.add(
    {
      method: 'get',
      path: '/v1/live',
      tag: 'Events',
      summary: 'Follow clicks',
      description: ABOUT,
      scope: null,
      query: liveQuerySchema,
      success: { status: 101, description: 'Messages of the server', schema: liveMessageSchema },
      errors: ['unauthorized', 'forbidden', 'not_found', 'unavailable'],
    },
    async ({ c, query }) => {
      const { upgrade, peer } = c.env;
      const { headers } = c.req.raw;
      if (headers.get('upgrade')?.toLowerCase() !== 'websocket' || upgrade === null) {
        throw invalidField('Upgrade', 'must be websocket: this is no plain request');
      }
      const hasKey = presentedSecret(headers) !== null;
      const { cookie, site } = deps.access;
      const hasCookie = !hasKey && cookie.read(headers) !== null;
      if (hasKey) await deps.access.requireKey(accessRequest(c), 'read');
      else refuseOtherOrigins(site.origin(headers), hasCookie);
      if (query.link !== undefined && hasKey && !(await deps.queries.links.get(query.link))) {
        throw new AppError('not_found', 'Link not found');
      }
      if (clients >= CLIENTS_MAX || (!hasKey && strangers.size >= STRANGERS_MAX)) {
        throw new AppError('unavailable', 'Too many clients follow clicks', { retryAfterSeconds: 10 });
      }
      hub ??= createHub(deps);
      const client: LiveClient = new LiveClient(deps, hub, {
        headers: hasKey || hasCookie ? credentialsOf(headers) : null,
        peer,
        link: query.link ?? null,
        resume: query.resume ?? null,
        onAdmitted: () => strangers.delete(client),
        onClosed: () => {
          strangers.delete(client);
          clients--;
        },
      });
      clients++;
      if (!hasKey) strangers.add(client);
      if (upgrade(client)) return new Response(null, { status: 101 });
      clients--;
      strangers.delete(client);
      throw invalidField('Upgrade', 'could not be made a WebSocket');
    },
  );
}

function createHub(deps: ApiDeps): LiveHub {
  return new LiveHub({
    events: deps.queries.events,
    onCommitted: (listener) => deps.clicks.onCommitted(listener),
    onError: (err) => deps.logger.warn({ err }, 'the live feed could not read clicks'),
    repeat: (beat, ms) => {
      const timer = setInterval(beat, ms);
      return () => clearInterval(timer);
    },
  });
}

/** What access looks at, without the rest of the request. */
function credentialsOf(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of ['authorization', 'x-api-token', 'cookie', 'host']) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

/** A page of another origin may not use what a browser holds for this one. Errors: `forbidden`. */
function refuseOtherOrigins(origin: ReturnType<OwnSite['origin']>, hasCookie: boolean): void {
  if (origin === 'other') throw new AppError('forbidden', 'Pages of other origins must send the key by header');
  if (hasCookie && origin === 'unknown')
    throw new AppError('forbidden', 'With a session this needs an Origin header, of this service itself');
}
