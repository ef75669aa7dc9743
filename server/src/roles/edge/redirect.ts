import { captureClick } from '../../clicks/capture.ts';
import type { WireText } from '../../clicks/click.ts';
import type { Outbox } from '../../clicks/outbox.ts';
import { DEFAULT_DOMAIN_ID, type ReplicaLink } from '../../links/link.ts';
import type { Replica } from '../../links/replica.ts';
import { type Resolution, resolve } from '../../links/resolve.ts';
import type { LookupAnswer, UnknownCodes } from '../../links/unknown-codes.ts';
import type { Clock } from '../../platform/clock.ts';

/** What a redirect reads of a request, however it came in. */
export interface RedirectRequest {
  readonly method: string;
  /** Without '?'. */
  readonly query: string;
  /** The remote address of the connection. */
  readonly peer: string;
  /** First value of a header by its lower-case name; '' where absent. */
  header(name: string): string;
  /** The same, not yet a string where it came as bytes. */
  headerText(name: string): WireText;
}

/** Plain numbers that the redirect adds to and /metrics reads. */
export interface RedirectCounters {
  redirect: number;
  not_found: number;
  inactive: number;
  quarantined: number;
  expired: number;
  unavailable: number;
}

export interface RedirectDeps {
  replica: Replica;
  /** Where to look for what the replica does not know; null where the replica is the database itself. */
  unknown: UnknownCodes | null;
  outbox: Outbox;
  now: Clock;
  clientAddress(peer: string, forwardedFor: string): string;
  counters: RedirectCounters;
  /** Clicks answered and not accepted: the outbox or the disk was full. */
  clicks: { dropped: number };
}

/** What became of a visit. `unavailable`: whether there is such a link can't be told just now. */
export type Visit = Resolution | { kind: 'unavailable' };

const UNAVAILABLE: Visit = { kind: 'unavailable' };

/**
 * The redirect: look up, resolve, record the click, and only then let the answer go.
 * Both listeners come this way, and this is the one place where a click is recorded.
 * Shape: an answer at once for every code that the replica knows; the promise of one where it takes a further look.
 */
export function createRedirect(deps: RedirectDeps): (code: string, request: RedirectRequest) => Visit | Promise<Visit> {
  const { replica, unknown, outbox, now, clientAddress, counters, clicks } = deps;
  return (code, request) => {
    const link = replica.find(DEFAULT_DOMAIN_ID, code);
    return link === null && unknown !== null ? lookFurther(unknown, code, request) : visit(link, request);
  };

  function visit(link: ReplicaLink | null, request: RedirectRequest): Visit {
    const at = now();
    const resolution = resolve(link, at);
    counters[resolution.kind]++;
    if (resolution.kind !== 'redirect' || request.method !== 'GET') return resolution;
    const found = resolution.link;
    const click = captureClick({
      at,
      linkId: found.id,
      urlVersion: found.urlVersion,
      domainId: DEFAULT_DOMAIN_ID,
      address: clientAddress(request.peer, request.header('x-forwarded-for')),
      userAgent: request.headerText('user-agent'),
      referrer: request.headerText('referer'),
      acceptLanguage: request.headerText('accept-language'),
      purpose: request.headerText('sec-purpose') || request.headerText('purpose') || request.headerText('x-moz'),
      query: request.query,
    });
    if (!outbox.append(click)) clicks.dropped++;
    return resolution;
  }

  function lookFurther(codes: UnknownCodes, code: string, request: RedirectRequest): Visit | Promise<Visit> {
    const answer = codes.lookup(DEFAULT_DOMAIN_ID, code);
    if (!(answer instanceof Promise)) return visitOf(answer, request);
    const kept = keepRequest(request);
    return answer.then((found) => visitOf(found, kept));
  }

  function visitOf(answer: LookupAnswer, request: RedirectRequest): Visit {
    if (answer !== 'unavailable') return visit(answer, request);
    counters.unavailable++;
    return UNAVAILABLE;
  }
}

/** All that is read of a request after its handler has returned. */
const KEPT_HEADERS = [
  'accept',
  'accept-language',
  'purpose',
  'referer',
  'sec-purpose',
  'user-agent',
  'x-forwarded-for',
].concat('x-moz', 'x-request-id');

/** A request that outlives its handler's call. */
export function keepRequest(request: RedirectRequest): RedirectRequest {
  const { method, query, peer } = request;
  const headers = new Map(KEPT_HEADERS.map((name) => [name, request.header(name)]));
  const header = (name: string) => headers.get(name) ?? '';
  return { method, query, peer, header, headerText: header };
}
