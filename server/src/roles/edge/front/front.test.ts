import { afterAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { get, RawClient, startFixture, stillness, waitFor } from './front-fixture.ts';
import { ODD_HEADS } from './odd-heads.ts';

/** The full server of these tests: answers everything 203, which the fast lane never does. */
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async (request) => new Response(`full ${await request.text()}`, { status: 203 }),
});
const serverPort = server.port ?? 0;
afterAll(() => server.stop(true));

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
const locations = (text: string) =>
  [...text.matchAll(/Location: https:\/\/example\.com(\S*)/g)].map((match) => match[1]);

describe('the fast lane', () => {
  test('answers one request after the other on one connection', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go1?utm_source=x', 'User-Agent: curl/8\r\n'));
    expect(await client.answers(1)).toBe(
      'HTTP/1.1 302 Found\r\nLocation: https://example.com/go1\r\n' +
        'Date: Fri, 03 Apr 2026 12:00:00 GMT\r\nContent-Length: 0\r\n\r\n',
    );
    client.send(get('/go2'));
    expect(locations(await client.answers(2))).toEqual(['/go1', '/go2']);
    expect(fixture.seen[0]).toEqual({
      method: 'GET',
      path: '/go1',
      query: 'utm_source=x',
      peer: '127.0.0.1',
      agent: 'curl/8',
      host: 'short.example',
    });
    expect(fixture.front.connections).toBe(1);
    expect(fixture.front.tunnels).toBe(0);
  });

  test('answers ten pipelined requests in order', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    const paths = Array.from({ length: 10 }, (_, i) => `/go${i}`);
    client.send(paths.map((path) => get(path)).join(''));
    expect(locations(await client.answers(10))).toEqual(paths);
  });

  test('puts two requests together again wherever the network cut them', async () => {
    await using fixture = startFixture(serverPort);
    const both = get('/go1', 'User-Agent: a\r\n') + get('/go2');
    const runs = Array.from({ length: both.length - 1 }, async (_, i) => {
      using client = await RawClient.connect(fixture.front.port);
      await client.sendApart(both.slice(0, i + 1));
      client.send(both.slice(i + 1));
      return locations(await client.answers(2));
    });
    for (const run of await Promise.all(runs)) expect(run).toEqual(['/go1', '/go2']);
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('answers a request that arrives byte by byte', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    for (const byte of get('/go')) await client.sendApart(byte);
    expect(statuses(await client.answers(1))).toEqual([302]);
  });

  test('sends a body as UTF-8, and of HEAD only its length', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/gobody').replace('GET', 'HEAD') + get('/gobody', 'Connection: close\r\n'));
    await client.untilEnd();
    const [, head, whole] = client.bytes().toString().split('HTTP/1.1 ');
    expect(head).toEndWith('Content-Length: 7\r\n\r\n');
    expect(whole).toEndWith('Connection: close\r\nContent-Length: 7\r\n\r\ngröße');
    expect(fixture.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  test.each([
    ['Connection: close', get('/go', 'Connection: close\r\n')],
    ['HTTP/1.0', get('/go').replace('HTTP/1.1', 'HTTP/1.0')],
  ])('closes after its answer to %s, whatever follows', async (_, request) => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(request + get('/go2'));
    const text = await client.untilEnd();
    expect(locations(text)).toEqual(['/go']);
    expect(text).toContain('\r\nConnection: close\r\n');
    client.shutdown();
    await waitFor(() => fixture.front.connections === 0);
    expect(fixture.seen).toHaveLength(1);
  });

  test('keeps an HTTP/1.0 connection that asks for it, and says so', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    const request = get('/go', 'Connection: keep-alive\r\n').replace('HTTP/1.1', 'HTTP/1.0');
    client.send(request);
    expect(await client.answers(1)).toContain('\r\nConnection: keep-alive\r\n');
    client.send(request);
    expect(statuses(await client.answers(2))).toEqual([302, 302]);
  });

  test('answers a client that has closed its sending side', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go1') + get('/go2'));
    client.shutdown();
    expect(locations(await client.untilEnd())).toEqual(['/go1', '/go2']);
    await waitFor(() => fixture.front.connections === 0);
  });

  test('answers 500 for a handler that throws, tells of it and goes on', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/bang') + get('/go'));
    const text = await client.answers(2);
    expect(statuses(text)).toEqual([500, 302]);
    expect(text).toContain('{"error":"Internal error","code":"internal","status":500,"details":[]}');
    expect(fixture.errors.splice(0)).toEqual([new Error('bang')]);
  });

  test('holds little for a client that asks and asks and never reads', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go'));
    const answerBytes = (await client.answers(1)).length;
    client.pause();
    const count = 100_000;
    client.send(get('/go').repeat(count));
    const answered = await stillness(() => fixture.seen.length);
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(count);
    expect(fixture.front.heldBytes).toBeGreaterThan(0);
    expect(fixture.front.heldBytes).toBeLessThan(2_000_000);
    client.resume();
    await client.until(({ receivedBytes }) => receivedBytes === (count + 1) * answerBytes);
    expect(statuses(client.text())).toHaveLength(count + 1);
    expect(fixture.front.heldBytes).toBe(0);
  });
});

describe('what is not plain', () => {
  test.each(ODD_HEADS)('never reaches the handler: %s', async (_, head) => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(head.replace(/^(\w+) \/ /, '$1 /go ') + get('/go-after'));
    client.shutdown();
    await client.untilEnd();
    expect(fixture.seen).toEqual([]);
    expect(statuses(client.text())).not.toContain(302);
  });

  test('hides nothing behind a fast request: a smuggled one goes to the full server with all that follows', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    const inner = get('/go-smuggled');
    client.send(
      `${get('/go1')}POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}${get('/go2')}`,
    );
    expect(statuses(await client.answers(3))).toEqual([302, 203, 203]);
    expect(fixture.seen.map(({ path }) => path)).toEqual(['/go1']);
  });

  test('random bytes never end in success and never stop the front', async () => {
    await using fixture = startFixture(serverPort);
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('GET ', 'HEAD ', '/go', ' HTTP/1.1', '\r\n', 'Host: a', ': ', 'Content-Length: 5', '\n', '\0'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.nat(50), async (pieces, cut) => {
        const text = pieces.join('');
        // The pieces can spell a plain request; that one may succeed.
        fc.pre(!/^(GET|HEAD) \S+ HTTP\/1\.1\r\n(.*\r\n)*Host/.test(text));
        using client = await RawClient.connect(fixture.front.port);
        if (cut > 0) await client.sendApart(text.slice(0, cut));
        client.send(text.slice(cut));
        client.shutdown();
        for (const status of statuses(await client.untilEnd())) expect(status).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 300 },
    );
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go'));
    expect(statuses(await client.answers(1))).toEqual([302]);
  });
});
