import { afterAll, describe, expect, test } from 'bun:test';
import { get, RawClient, redirectTo, startFixture, stillness, waitFor } from './front-fixture.ts';

const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('full', { status: 203 }) });
const serverPort = server.port ?? 0;
afterAll(() => server.stop(true));

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
const locations = (text: string) =>
  [...text.matchAll(/Location: https:\/\/example\.com(\S*)/g)].map((match) => match[1]);
const found = (path: string) => redirectTo(`https://example.com${path}`);

describe('an answer that is promised', () => {
  test('goes out when it is there, and leaves the connection in the fast lane', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/later'));
    await waitFor(() => fixture.promised.has('/later'));
    fixture.promised.get('/later')?.resolve(found('/later'));
    expect(locations(await client.answers(1))).toEqual(['/later']);
    client.send(get('/go'));
    expect(locations(await client.answers(2))).toEqual(['/later', '/go']);
    expect(fixture.front.tunnels).toBe(0);
  });

  test('keeps the order of pipelined requests, those behind it waiting', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/go1') + get('/later1') + get('/go2') + get('/later2') + get('/go3'));
    expect(locations(await client.answers(1))).toEqual(['/go1']);
    await client.sendApart(get('/go4'));
    expect(fixture.seen.map(({ path }) => path)).toEqual(['/go1', '/later1']);
    fixture.promised.get('/later1')?.resolve(found('/later1'));
    await waitFor(() => fixture.promised.has('/later2'));
    fixture.promised.get('/later2')?.resolve(found('/later2'));
    expect(locations(await client.answers(6))).toEqual(['/go1', '/later1', '/go2', '/later2', '/go3', '/go4']);
    expect(fixture.front.heldBytes).toBe(0);
  });

  test('holds back a client that goes on sending', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/later'));
    await waitFor(() => fixture.promised.has('/later'));
    client.send(get('/go').repeat(1_000_000));
    const held = await stillness(() => fixture.front.heldBytes);
    expect(held).toBeLessThan(1_048_576);
    expect(client.unsentBytes).toBeGreaterThan(0);
    expect(fixture.seen).toHaveLength(1);
  });

  test('is followed by a request for the full server, which becomes a tunnel only then', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/later') + get('/full'));
    await waitFor(() => fixture.promised.has('/later'));
    expect(fixture.front.tunnels).toBe(0);
    fixture.promised.get('/later')?.resolve(found('/later'));
    expect(statuses(await client.answers(2))).toEqual([302, 203]);
  });

  test('reaches a client that has closed its sending side, and closes after it where that was asked', async () => {
    await using fixture = startFixture(serverPort);
    using ended = await RawClient.connect(fixture.front.port);
    using closing = await RawClient.connect(fixture.front.port);
    ended.send(get('/later1'));
    ended.shutdown();
    closing.send(get('/later2', 'Connection: close\r\n') + get('/go'));
    await waitFor(() => fixture.promised.size === 2);
    for (const [path, answer] of fixture.promised) answer.resolve(found(path));
    expect(locations(await ended.untilEnd())).toEqual(['/later1']);
    expect(locations(await closing.untilEnd())).toEqual(['/later2']);
  });

  test('of HEAD is sent without its body', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/later').replace('GET', 'HEAD') + get('/go'));
    await waitFor(() => fixture.promised.has('/later'));
    fixture.promised.get('/later')?.resolve(redirectTo('https://example.com/later', 'body'));
    expect(await client.answers(2)).not.toContain('body');
  });

  test('that fails is 500, told, and the connection goes on', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/later') + get('/go'));
    await waitFor(() => fixture.promised.has('/later'));
    fixture.promised.get('/later')?.reject(new Error('bang'));
    expect(statuses(await client.answers(2))).toEqual([500, 302]);
    expect(fixture.errors.splice(0)).toHaveLength(1);
  });

  test('for a client that is gone is dropped', async () => {
    await using fixture = startFixture(serverPort);
    const client = await RawClient.connect(fixture.front.port);
    client.send(get('/later') + get('/go'));
    await waitFor(() => fixture.promised.has('/later'));
    client.reset();
    await waitFor(() => fixture.front.connections === 0);
    fixture.promised.get('/later')?.resolve(found('/later'));
    await Bun.sleep(1);
    expect([fixture.front.heldBytes, fixture.seen.length]).toEqual([0, 1]);
  });

  test('is waited for by a stop, and is the last on its connection', async () => {
    await using fixture = startFixture(serverPort);
    using client = await RawClient.connect(fixture.front.port);
    client.send(get('/later'));
    await waitFor(() => fixture.promised.has('/later'));
    const stopped = fixture.front.stop(2000);
    await Bun.sleep(150);
    fixture.promised.get('/later')?.resolve(found('/later'));
    const text = await client.untilEnd();
    expect(locations(text)).toEqual(['/later']);
    expect(text).toContain('Connection: close');
    client.shutdown();
    await stopped;
  });
});
