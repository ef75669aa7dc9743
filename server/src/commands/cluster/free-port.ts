import { createServer } from 'node:net';

/**
 * Below what the kernel gives to outgoing connections (from 32,768 on), so that none of them takes a port before its server
 * has it; also with 10,000 added, as Redis Cluster does for the talk of its nodes.
 */
const FIRST = 12_000;
const COUNT = 10_000;
const TRIES_MAX = 200;

/** Ports that this process has given out. */
const given = new Set<number>();

/**
 * A TCP port of loopback that nobody listens on, another one each time.
 * @NOTE It is free, not reserved: whoever starts a server on it is ready to see it taken by then.
 * Errors: throws where no port is free.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
