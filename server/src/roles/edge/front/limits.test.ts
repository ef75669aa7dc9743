import { afterAll, describe, expect, test } from 'bun:test';
import { get, RawClient, startFixture, stillness, waitFor } from './front-fixture.ts';

let release: (() => void) | null = null;
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    if (request.url.endsWith('/slow')) {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    return new Response('full');
  },
});
const serverPort = server.port ?? 0;
afterAll(() => server.stop(true));

describe('limits in time', () => {
  test('a head may take ten seconds, however its bytes drip in', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    await client.sendApart('GET /go HTTP/1.1\r\n');
    fixture.time.now += 6_000;
    await client.sendApart('Host: a\r\n');
    fixture.time.now += 3_900;
    await stillness(() => fixture.front.connections);
    expect(client.ended).toBe(false);
    fixture.time.now += 200;
    expect(await client.untilEnd()).toBe('');
  });

  test('an idle connection is closed after 75 seconds without a request', async () => {
    await using fixture = startFixture(serverPort);
    using used = await RawClient.connect(fixture.front.port);
    using unused = await RawClient.connect(fixture.front.port);
    for (let i = 1; i <= 2; i++) {
      fixture.time.now += 60_000;
      await stillness(() => fixture.front.connections);
      used.send(get('/go'));
      await used.answers(i);
    }
    await unused.untilEnd();
    expect(used.ended).toBe(false);
    fixture.time.now += 80_000;
    await used.untilEnd();
    await waitFor(() => fixture.front.connections === 0);
  });

  test('a client that takes no byte of its answers for 75 seconds is cut', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.pause();
    client.send(get('/go').repeat(100_000));
    await stillness(() => fixture.front.heldBytes);
    fixture.time.now += 76_000;
    await waitFor(() => fixture.front.connections === 0);
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('a client that goes on sending after its last answer is cut', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go', 'Connection: close\r\n'));
    await client.untilEnd();
    client.send(get('/go'));
    expect(fixture.front.connections).toBe(1);
    fixture.time.now += 3_000;
    await waitFor(() => fixture.front.connections === 0);
    expect(fixture.seen).toHaveLength(1);
  });
});

describe('limits in size', () => {
  test('a head beyond 16 KiB is the full server’s to refuse', async () => {
    await using fixture = startFixture(serverPort);
    for (const apart of [false, true]) {
      using client = await RawClient.connect(fixture.front.port);
      const long = get('/go', `X: ${'y'.repeat(20_000)}\r\n`);
      if (apart) await client.sendApart(long.slice(0, 9_000));
      client.send(long.slice(apart ? 9_000 : 0));
      expect(await client.answers(1)).toMatch(/^HTTP\/1\.1 431 /);
    }
    expect(fixture.seen).toEqual([]);
  });

  test('one connection too many is answered 503 and closed, and makes no room wait', async () => {
    await using fixture = startFixture(serverPort, { limits: { connectionsMax: 2, sweepMs: 5 } });
    using first = await RawClient.connect(fixture.front.port);
    using second = await RawClient.connect(fixture.front.port);
    await waitFor(() => fixture.front.connections === 2);
    using third = await RawClient.connect(fixture.front.port);
    expect(await third.untilEnd()).toContain('"code":"unavailable","status":503');
    third.shutdown();
    first.send(get('/go'));
    await first.answers(1);
    second.reset();
    await waitFor(() => fixture.front.connections === 1);
    using fourth = await RawClient.connect(fixture.front.port);
    fourth.send(get('/go'));
    expect(await fourth.answers(1)).toStartWith('HTTP/1.1 302');
  });

  test('the connection that would pass the bytes all may hold is cut, and others go on', async () => {
    await using fixture = startFixture(serverPort, { limits: { heldBytesMax: 2_000, sweepMs: 5 } });
    using greedy = await RawClient.connect(fixture.front.port);
    greedy.send(`GET /go HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(3_000)}`);
    await greedy.untilEnd();
    using modest = await RawClient.connect(fixture.front.port);
    modest.send(get('/go'));
    expect(await modest.answers(1)).toStartWith('HTTP/1.1 302');
    expect(fixture.front.heldBytes).toBe(0);
  });
});

describe('stop', () => {
  test('answers what is under way, says close, and closes the idle', async () => {
    const fixture = startFixture(serverPort);
    using idle = await RawClient.connect(fixture.front.port);
    using halfway = await RawClient.connect(fixture.front.port);
    using busy = await RawClient.connect(fixture.front.port);
    await halfway.sendApart(get('/go').slice(0, -2));
    busy.send(get('/slow', 'Connection: close\r\n'));
    await waitFor(() => release !== null && fixture.front.connections === 3);
    const stopped = fixture.front.stop(5_000);
    await idle.untilEnd();
    halfway.send('\r\n');
    expect(await halfway.untilEnd()).toContain('Connection: close\r\n');
    halfway.shutdown();
    expect(busy.ended).toBe(false);
    release?.();
    expect(await busy.untilEnd()).toContain('full');
    busy.shutdown();
    await stopped;
    expect(fixture.front.connections).toBe(0);
    expect(RawClient.connect(fixture.front.port)).rejects.toThrow();
  });

  test('cuts what is left after its grace, and may be called twice', async () => {
    const fixture = startFixture(serverPort);
    using halfway = await RawClient.connect(fixture.front.port);
    await halfway.sendApart('GET /go');
    await Promise.all([fixture.front.stop(50), fixture.front.stop(10_000)]);
    await halfway.untilEnd();
    expect(fixture.front.connections).toBe(0);
  });

  test('a second front on the same port is refused at once', async () => {
    await using fixture = startFixture(serverPort);
    expect(() => startFixture(serverPort, { port: fixture.front.port })).toThrow();
  });
});

test('one front on :: serves IPv6 and IPv4, each address in its own form', async () => {
  await using fixture = startFixture(serverPort, { hostname: '::' });
  for (const host of ['127.0.0.1', '[::1]']) {
    const response = await fetch(`http://${host}:${fixture.front.port}/go`, { redirect: 'manual' });
    expect(response.status).toBe(302);
  }
  expect(fixture.seen.map(({ peer }) => peer)).toEqual(['127.0.0.1', '::1']);
});
