import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NginxServer } from '../../src/commands/cluster/nginx-server.ts';
import { startWaymarkNginx } from '../../src/commands/cluster/waymark-nginx.ts';

/** A server behind nginx that says what it got. `answer` may be changed at any time. */
export class Backend implements AsyncDisposable {
  readonly requests: { method: string; path: string; headers: Headers; body: string; port: number }[] = [];
  answer: (request: Request) => Response | Promise<Response> = () => new Response('ok');
  private readonly server: ReturnType<typeof Bun.serve>;

  constructor(readonly name: string) {
    this.server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: async (request, server) => {
        const { pathname, search } = new URL(request.url);
        const body = await request.text();
        const { method, headers } = request;
        const port = server.requestIP(request)?.port ?? 0;
        this.requests.push({ method, path: pathname + search, headers, body, port });
        const response = await this.answer(request);
        response.headers.set('X-Backend', this.name);
        return response;
      },
    });
  }

  get port(): number {
    return this.server.port ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(true);
  }
}

/** nginx as it is shipped, before these servers. */
export function nginxBefore(edges: readonly { port: number }[], apis: readonly { port: number }[]) {
  const portsOf = (servers: readonly { port: number }[]) => servers.map(({ port }) => port);
  const dir = mkdtempSync(join(tmpdir(), 'waymark-nginx-'));
  return startWaymarkNginx({ dir, edges: portsOf(edges), apis: portsOf(apis) });
}

/** Sends a request line as it is, which fetch would tidy up first. Returns the status line and headers, lower case. */
export async function rawGet(nginx: Pick<NginxServer, 'port'>, target: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  await Bun.connect({
    hostname: '127.0.0.1',
    port: nginx.port,
    socket: {
      open: (socket) => void socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      data: (_, bytes) => {
        text += bytes.toString('latin1');
      },
      close: () => resolve(text.toLowerCase()),
      error: (_, error) => reject(error),
    },
  });
  return promise;
}
