import { HTML_TYPE, PAGE_POLICY } from '../../http/page.ts';
import { createRequestIds } from '../../http/request-id.ts';
import type { Replica } from '../../links/replica.ts';
import { shortCode } from '../../links/short-path.ts';
import { refusal } from './gone-page.ts';
import { createRedirect, keepRequest, type RedirectDeps, type RedirectRequest, type Visit } from './redirect.ts';

export interface EdgeRequest extends RedirectRequest {
  readonly path: string;
}

export interface EdgeDeps extends RedirectDeps {
  replica: Replica;
  version: string;
  /** Told of every answer: status, and seconds from reading the request to having the answer. */
  observe(method: string, status: number, seconds: number): void;
  /** Whether links are served under a Host header; null where they are under every one. */
  servesLinks: ((host: string) => boolean) | null;
}

/** An answer before it is written down as bytes or as a Response. */
export interface EdgeAnswer {
  status: number;
  location: string | null;
  contentType: 'application/json' | typeof HTML_TYPE | null;
  body: string;
  requestId: string;
  cache: 'HIT' | 'MISS';
  /** Seconds after which to try again; null for an answer that is final. */
  retryAfterSeconds: number | null;
}

/**
 * Answers GET and HEAD on the paths of short links; null for every other request.
 * Shape: an answer at once, or the promise of one for a code that the replica does not know.
 */
export type Edge = (request: EdgeRequest) => EdgeAnswer | Promise<EdgeAnswer> | null;

/** The database may be back by then. */
const RETRY_AFTER_SECONDS = 2;

const REASONS: Record<number, string> = {
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  404: 'Not Found',
  410: 'Gone',
  503: 'Service Unavailable',
};

export function createEdge(deps: EdgeDeps): Edge {
  const redirect = createRedirect(deps);
  const requestIds = createRequestIds();
  const { replica, servesLinks } = deps;
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return null;
    const code = shortCode(request.path);
    if (code === null) return null;
    if (servesLinks !== null && !servesLinks(request.header('host'))) return null;
    const start = performance.now();
    const visit = redirect(code, request);
    if (visit instanceof Promise) {
      const kept = keepRequest(request);
      return visit.then((found) => observed(found, kept, start, 'MISS'));
    }
    return observed(visit, request, start, replica.lastFindHit ? 'HIT' : 'MISS');
  };

  function observed(visit: Visit, request: RedirectRequest, start: number, cache: EdgeAnswer['cache']): EdgeAnswer {
    const answer = answerTo(visit, request, cache);
    deps.observe(request.method, answer.status, (performance.now() - start) / 1000);
    return answer;
  }

  function answerTo(visit: Visit, request: RedirectRequest, cache: EdgeAnswer['cache']): EdgeAnswer {
    const requestId = requestIds(request.header('x-request-id'));
    if (visit.kind === 'redirect') {
      const { redirectStatus, url } = visit.link;
      return {
        status: redirectStatus,
        location: url,
        contentType: null,
        body: '',
        requestId,
        cache,
        retryAfterSeconds: null,
      };
    }
    const retryAfterSeconds = visit.kind === 'unavailable' ? RETRY_AFTER_SECONDS : null;
    return { ...refusal(visit, (name) => request.header(name)), location: null, requestId, cache, retryAfterSeconds };
  }
}

/**
 * Writes status line and headers of an answer as text, without Date, Connection and Content-Length.
 * What is the same in all answers is put together once: each piece joined costs as much as a look-up.
 */
export function createAnswerHead(version: string): (answer: EdgeAnswer) => string {
  const ends = { HIT: answerHeadEnd('HIT', version), MISS: answerHeadEnd('MISS', version) };
  const found = `HTTP/1.1 302 ${REASONS[302]}\r\nLocation: `;
  return ({ status, location, contentType, requestId, cache, retryAfterSeconds }) => {
    if (status === 302) return `${found}${location}${BEFORE_ID}${requestId}${ends[cache]}`;
    const target = location === null ? CONTENT_HEADERS[contentType ?? 'application/json'] : `Location: ${location}`;
    const retry = retryAfterSeconds === null ? '' : `\r\nRetry-After: ${retryAfterSeconds}`;
    return `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n${target}${retry}${BEFORE_ID}${requestId}${ends[cache]}`;
  };
}

const CONTENT_HEADERS = {
  'application/json': 'Content-Type: application/json',
  [HTML_TYPE]: `Content-Type: ${HTML_TYPE}\r\nContent-Security-Policy: ${PAGE_POLICY}`,
};
const BEFORE_ID = '\r\nCache-Control: private, no-store\r\nX-Request-Id: ';
const answerHeadEnd = (cache: EdgeAnswer['cache'], version: string) =>
  `\r\nX-Cache: ${cache}\r\nX-App-Version: ${version}\r\n`;

export function answerResponse(answer: EdgeAnswer, version: string): Response {
  const headers = new Headers({
    'Cache-Control': 'private, no-store',
    'X-Request-Id': answer.requestId,
    'X-Cache': answer.cache,
    'X-App-Version': version,
  });
  if (answer.location !== null) headers.set('Location', answer.location);
  if (answer.contentType !== null) headers.set('Content-Type', answer.contentType);
  if (answer.contentType === HTML_TYPE) headers.set('Content-Security-Policy', PAGE_POLICY);
  if (answer.retryAfterSeconds !== null) headers.set('Retry-After', String(answer.retryAfterSeconds));
  return new Response(answer.body === '' ? null : answer.body, { status: answer.status, headers });
}
