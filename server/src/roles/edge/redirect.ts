import { captureClick } from '../../clicks/capture.ts';
import type { WireText } from '../../clicks/click.ts';
import type { Outbox } from '../../clicks/outbox.ts';
import { DEFAULT_DOMAIN_ID } from '../../links/link.ts';
import type { Replica } from '../../links/replica.ts';
import { type Resolution, resolve } from '../../links/resolve.ts';
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
}

export interface RedirectDeps {
  replica: Replica;
  outbox: Outbox;
  now: Clock;
  clientAddress(peer: string, forwardedFor: string): string;
  counters: RedirectCounters;
  /** Clicks answered and not accepted: the outbox or the disk was full. */
  clicks: { dropped: number };
}

/**
 * The redirect: look up, resolve, record the click, and only then let the answer go.
 * Both listeners come this way, and this is the one place where a click is recorded.
 */
export function createRedirect(deps: RedirectDeps): (code: string, request: RedirectRequest) => Resolution {
  const { replica, outbox, now, clientAddress, counters, clicks } = deps;
  return (code, request) => {
    const at = now();
    const resolution = resolve(replica.find(DEFAULT_DOMAIN_ID, code), at);
    counters[resolution.kind]++;
    if (resolution.kind !== 'redirect' || request.method !== 'GET') return resolution;
    const { link } = resolution;
    const click = captureClick({
      at,
      linkId: link.id,
      urlVersion: link.urlVersion,
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
  };
}
