import { createServer } from 'node:net';

/**
 * A TCP port of loopback that nobody listens on.
 * @NOTE It is free, not reserved: whoever starts a server on it is ready to see it taken by then.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
