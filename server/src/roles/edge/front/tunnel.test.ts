import { afterAll, describe, expect, test } from 'bun:test';
import { get, RawClient, startFixture, stillness, waitFor } from './front-fixture.ts';

const MIB = 1_048_576;
const noise = Buffer.from(Uint32Array.from({ length: (10 * MIB) / 4 }, (_, i) => Math.imul(i, 0x9e3779b1)).buffer);
const digest = (bytes: Uint8Array) => Bun.hash(bytes).toString(16);
const bodyOf = (bytes: Buffer) => bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);

let portsSeen: number[] = [];
let eventsCancelled = false;
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  maxRequestBodySize: 32 * MIB,
  async fetch(request, self) {
    const { pathname } = new URL(request.url);
    portsSeen.push(self.requestIP(request)?.port ?? 0);
    if (pathname === '/ws') return self.upgrade(request) ? undefined : new Response('no', { status: 426 });
    if (pathname === '/download') return new Response(noise);
    if (pathname === '/events') return new Response(events(), { headers: { 'Content-Type': 'text/event-stream' } });
    const body = await request.bytes();
    return Response.json({ path: pathname, bytes: body.length, digest: digest(body) });
  },
  websocket: { message: (socket, message) => void socket.send(message) },
});
const serverPort = server.port ?? 0;
afterAll(() => server.stop(true));

function events(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (stream) => stream.enqueue(Buffer.from('data: 1\n\n')),
    cancel: () => {
      eventsCancelled = true;
    },
  });
}

/** An upstream that takes raw bytes, and reads only while told to. */
function startRawUpstream() {
  const upstream = {
    received: 0,
    hash: new Bun.CryptoHasher('sha1'),
    socket: null as Bun.Socket | null,
    reading: true,
  };
  const listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        upstream.socket = socket;
        if (!upstream.reading) socket.pause();
      },
      data(_, bytes) {
        upstream.received += bytes.length;
        upstream.hash.update(bytes);
      },
    },
  });
  return Object.assign(upstream, { port: listener.port, [Symbol.dispose]: () => listener.stop(true) });
}

describe('a tunnel', () => {
  test('takes over after fast requests, for good, and its client keeps its address', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    portsSeen = [];
    client.send(get('/go1'));
    await client.answers(1);
    client.send(get('/go2') + get('/other') + get('/go3'));
    const text = await client.until((so) => so.text().includes('/go3","bytes":0'));
    expect(text.indexOf('example.com/go2')).toBeLessThan(text.indexOf('"path":"/other"'));
    expect(fixture.seen.map(({ path }) => path)).toEqual(['/go1', '/go2', '/other']);
    expect(portsSeen).toHaveLength(2);
    expect(portsSeen.map((port) => fixture.front.addressOf(port))).toEqual(['127.0.0.1', '127.0.0.1']);
    client.reset();
    await waitFor(() => fixture.front.tunnels === 0 && fixture.front.connections === 0);
    expect(fixture.front.addressOf(portsSeen[0] ?? 0)).toBeNull();
  });

  test('passes a body on, by length or in chunks, whole and in pieces', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello');
    await client.until((so) => so.text().includes(`"bytes":5,"digest":"${digest(Buffer.from('hello'))}"`));
    client.send('POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    await client.sendApart('2\r\nde');
    client.send('\r\n0\r\n\r\n');
    const text = await client.until((so) => so.text().includes('"path":"/b"'));
    expect(text).toContain(`"bytes":5,"digest":"${digest(Buffer.from('abcde'))}"`);
  });

  test('carries 10 MiB up', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(`PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: ${noise.length}\r\n\r\n`);
    client.send(noise);
    const text = await client.until((so) => so.text().includes('digest'));
    expect(text).toContain(`"bytes":${noise.length},"digest":"${digest(noise)}"`);
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('carries 10 MiB in chunks up through fetch', async () => {
    await using fixture = startFixture(serverPort);
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(stream) {
        stream.enqueue(noise.subarray(at, at + 100_000));
        at += 100_000;
        if (at >= noise.length) stream.close();
      },
    });
    const response = await fetch(`http://127.0.0.1:${fixture.front.port}/up`, { method: 'POST', body });
    expect(await response.json()).toEqual({ path: '/up', bytes: noise.length, digest: digest(noise) });
  });

  test('carries 10 MiB down to a reader that stops, holding little meanwhile', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/download'));
    await client.until(({ receivedBytes }) => receivedBytes > 0);
    client.pause();
    expect(await stillness(() => fixture.front.heldBytes)).toBeLessThan(2 * MIB);
    client.resume();
    await client.until((so) => so.receivedBytes > noise.length && bodyOf(so.bytes()).length === noise.length);
    expect(digest(bodyOf(client.bytes()))).toBe(digest(noise));
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('stops reading a client while the full server does, and then hands on its exact bytes', async () => {
    using upstream = startRawUpstream();
    upstream.reading = false;
    await using fixture = startFixture(upstream.port);
    using client = await RawClient.connect(fixture.front.port);
    const head = `POST / HTTP/1.1\r\nhOST : odd\r\nContent-Length: ${3 * noise.length}\r\n\r\n`;
    client.send(head);
    for (let i = 0; i < 3; i++) client.send(noise);
    expect(await stillness(() => client.unsentBytes)).toBeGreaterThan(MIB);
    expect(fixture.front.heldBytes).toBeLessThan(2 * MIB);
    upstream.socket?.resume();
    await waitFor(() => upstream.received === head.length + 3 * noise.length);
    const sent = new Bun.CryptoHasher('sha1').update(head).update(noise).update(noise).update(noise).digest('hex');
    expect(upstream.hash.digest('hex')).toBe(sent);
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('carries a WebSocket', async () => {
    await using fixture = startFixture(serverPort);
    const socket = new WebSocket(`ws://127.0.0.1:${fixture.front.port}/ws`);
    const echoes: unknown[] = [];
    await new Promise<void>((resolve) => {
      socket.onopen = () => {
        socket.send('one');
        socket.send('x'.repeat(300_000));
      };
      socket.onmessage = ({ data }) => {
        echoes.push(data);
        if (echoes.length === 2) resolve();
      };
    });
    expect(echoes).toEqual(['one', 'x'.repeat(300_000)]);
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    socket.close();
    await closed;
    await waitFor(() => fixture.front.connections === 0);
  });

  test('carries an event stream for as long as its client stays, and tells the server when it leaves', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    eventsCancelled = false;
    client.send(get('/events'));
    await client.until((so) => so.text().includes('data: 1'));
    fixture.time.now += 3_600_000;
    await stillness(() => fixture.front.connections);
    expect(client.ended).toBe(false);
    client.reset();
    await waitFor(() => eventsCancelled && fixture.front.tunnels === 0);
  });

  test('closes with the server, after its last byte', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/x', 'Connection: close\r\nX-Odd: a\tb\r\n'));
    expect(await client.untilEnd()).toContain('"path":"/x"');
    client.shutdown();
    await waitFor(() => fixture.front.connections === 0);
  });

  test('is cut when the server cuts it', async () => {
    using upstream = startRawUpstream();
    await using fixture = startFixture(upstream.port);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/x'));
    await waitFor(() => upstream.received > 0);
    upstream.socket?.terminate();
    expect(await client.untilEnd()).toBe('');
    await waitFor(() => fixture.front.connections === 0);
  });

  test('that finds no server is answered 503, after the fast answers before it', async () => {
    const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const { port } = listener;
    listener.stop(true);
    await using fixture = startFixture(port);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go1') + get('/other') + get('/go2'));
    const text = await client.untilEnd();
    expect(text).toStartWith('HTTP/1.1 302 Found\r\n');
    expect(text).toContain('HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n');
    expect(text).toEndWith(
      '\r\n\r\n{"error":"The server is not available","code":"unavailable","status":503,"details":[]}',
    );
    client.shutdown();
    await waitFor(() => fixture.front.connections === 0);
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('does not outlive a client that leaves while it connects', async () => {
    await using fixture = startFixture(serverPort);
    for (let i = 0; i < 20; i++) {
      const client = await RawClient.connect(fixture.front.port);
      client.send(get('/x'));
      if (i % 2 === 0) await client.sendApart('');
      client.reset();
    }
    await waitFor(() => fixture.front.connections === 0 && fixture.front.tunnels === 0);
    expect(fixture.front.heldBytes).toBe(0);
  });
});
