import type { Cluster } from '../../../src/commands/cluster/start-cluster.ts';

/** What a classic write came to. */
export interface Written {
  status: number;
  /** Seconds; null where the answer does not say. */
  retryAfter: number | null;
  /** Of the link; 0 where it was refused. */
  id: number;
}

/** Makes a link to https://example.com/{code} through nginx. */
export function makeLink(cluster: Pick<Cluster, 'url'>, code: string): Promise<Written> {
  return write(cluster, 'POST', '/urls', { original_url: `https://example.com/${code}`, short_code: code });
}

export function changeLink(cluster: Pick<Cluster, 'url'>, id: number, change: object): Promise<Written> {
  return write(cluster, 'PATCH', `/urls/${id}`, change);
}

/** What a visitor of a code would get, without being one: a HEAD is no click. */
export async function whereTo(server: { url: string }, code: string): Promise<string> {
  const { status, headers } = await fetch(`${server.url}/${code}`, { method: 'HEAD', redirect: 'manual' });
  return status === 302 ? `302 ${headers.get('location')}` : String(status);
}

async function write({ url }: Pick<Cluster, 'url'>, method: string, path: string, body: object): Promise<Written> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  const retryAfter = response.headers.get('retry-after');
  const { id = 0 } = (await response.json()) as { id?: number };
  return { status: response.status, retryAfter: retryAfter === null ? null : Number(retryAfter), id };
}
