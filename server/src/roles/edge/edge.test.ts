import { describe, expect, test } from 'bun:test';
import type { CapturedClick } from '../../clicks/click.ts';
import { PAGE_POLICY } from '../../http/page.ts';
import type { LinkId, ReplicaLink } from '../../links/link.ts';
import type { LookupAnswer } from '../../links/unknown-codes.ts';
import { answerResponse, createAnswerHead, createEdge, type EdgeRequest } from './edge.ts';

const link = (active = true): ReplicaLink => ({
  id: 7 as LinkId,
  code: 'abc',
  url: 'https://example.com/',
  urlVersion: 3,
  redirectStatus: 302,
  active,
  expiresAt: null,
  quarantineReason: null,
});

function start(known: ReplicaLink | null, answer: LookupAnswer | Promise<LookupAnswer> | 'embedded') {
  const clicks: CapturedClick[] = [];
  const observed: [string, number][] = [];
  const asked: string[] = [];
  const counters = { redirect: 0, not_found: 0, inactive: 0, quarantined: 0, expired: 0, unavailable: 0 };
  const edge = createEdge({
    replica: { find: () => known, invalidate: () => {}, lastFindHit: true, hits: 0, misses: 0 },
    unknown:
      answer === 'embedded'
        ? null
        : {
            lookup(_, code) {
              asked.push(code);
              return answer;
            },
          },
    outbox: {
      edgeId: 'e',
      lastSeq: 0,
      append(click) {
        clicks.push(click);
        return true;
      },
    },
    now: () => 1000,
    clientAddress: (peer, forwarded) => forwarded || peer,
    counters,
    clicks: { dropped: 0 },
    version: '1',
    observe: (method, status) => observed.push([method, status]),
    servesLinks: () => true,
  });
  return { edge, clicks, observed, asked, counters };
}

/** As the front has it: one object, good only during the call. */
function request(method: 'GET' | 'HEAD' = 'GET'): { request: EdgeRequest; spoil(): void } {
  let spoiled = false;
  const headers: Record<string, string> = {
    'user-agent': 'Mozilla',
    'x-forwarded-for': '203.0.113.9',
    'x-request-id': 'req-1',
    accept: 'text/html',
  };
  const header = (name: string) => (spoiled ? 'spoiled' : (headers[name] ?? ''));
  return {
    request: {
      method,
      path: '/abc',
      query: 'q=1',
      peer: '127.0.0.1',
      header,
      headerText: header,
    },
    spoil: () => {
      spoiled = true;
    },
  };
}

describe('a code that the replica does not know', () => {
  test('is looked up elsewhere, redirects, and its click is recorded as the request was', async () => {
    const { edge, clicks, observed } = start(null, Promise.resolve(link()));
    const { request: asked, spoil } = request();
    const answer = edge(asked);
    expect(answer).toBeInstanceOf(Promise);
    spoil();
    expect(await answer).toMatchObject({
      status: 302,
      location: 'https://example.com/',
      cache: 'MISS',
      requestId: 'req-1',
    });
    expect(clicks).toMatchObject([
      { linkId: 7, urlVersion: 3, userAgent: 'Mozilla', address: '203.0.113.9', query: 'q=1' },
    ]);
    expect(observed).toEqual([['GET', 302]]);
  });

  test.each<[string, LookupAnswer, number]>([
    ['one that does not exist', null, 404],
    ['one that is switched off', link(false), 404],
    ['one of which nobody can say', 'unavailable', 503],
  ])('is answered at once where that is known: %s', (_, found, status) => {
    const { edge, clicks } = start(null, found);
    expect(edge(request().request)).toMatchObject({ status, location: null });
    expect(clicks).toEqual([]);
  });

  test('is 503 with Retry-After where nobody can say, on both listeners, and no click', async () => {
    const { edge, counters } = start(null, Promise.resolve('unavailable' as const));
    const answer = await edge(request().request);
    if (!answer) throw new Error('it is a link');
    expect(createAnswerHead('1')(answer)).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n(.*\r\n)*Retry-After: 2\r\n/);
    const response = answerResponse(answer, '1');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(answer.body).toContain('<h1>Please try again in a moment</h1>');
    expect(createAnswerHead('1')(answer)).toContain(`\r\nContent-Security-Policy: ${PAGE_POLICY}\r\n`);
    expect(response.headers.get('content-security-policy')).toBe(PAGE_POLICY);
    expect(counters.unavailable).toBe(1);
  });

  test('of a HEAD is no click', async () => {
    const { edge, clicks } = start(null, Promise.resolve(link()));
    expect(await edge(request('HEAD').request)).toMatchObject({ status: 302 });
    expect(clicks).toEqual([]);
  });

  test('is 404 at once where the replica is the database itself', () => {
    const { edge, asked } = start(null, 'embedded');
    expect(edge(request().request)).toMatchObject({ status: 404 });
    expect(asked).toEqual([]);
  });
});

test('a code that the replica knows is answered at once and asked of nobody, switched off or not', () => {
  for (const known of [link(), link(false)]) {
    const { edge, asked } = start(known, 'unavailable');
    expect(edge(request().request)).toMatchObject({ status: known.active ? 302 : 404, cache: 'HIT' });
    expect(asked).toEqual([]);
  }
});
