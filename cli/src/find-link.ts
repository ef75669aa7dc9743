import type { WaymarkClient } from '@waymark/contract/client';
import type { Link } from '@waymark/contract/v1/links';
import { Failure } from './failure.ts';

/**
 * The link that a person named: by id (digits), code, or short URL.
 * Shape: no code is all digits, so nothing is both. Errors: `notFound`, or as the client's calls.
 */
export async function findLink(
  client: WaymarkClient,
  named: string,
  options: { deleted?: boolean } = {},
): Promise<Link> {
  const ref = codeOf(named);
  if (/^\d+$/.test(ref) && options.deleted !== true) return client.links.get(ref);
  if (/^\d+$/.test(ref)) {
    for await (const link of client.links.iterate({ deleted: true, limit: 1000 })) if (link.id === ref) return link;
    throw missing(named, true);
  }
  const { data } = await client.links.list({ code: ref, limit: 1, ...(options.deleted && { deleted: true }) });
  if (data[0] === undefined) throw missing(named, options.deleted === true);
  return data[0];
}

function missing(named: string, deleted: boolean): Failure {
  return new Failure(
    'notFound',
    `there is no ${deleted ? 'deleted ' : ''}link ${named}`,
    'waymark links list --search TEXT looks for one.',
  );
}

function codeOf(named: string): string {
  if (!/^https?:\/\//i.test(named)) return named;
  const path = URL.parse(named)?.pathname ?? '';
  return decodeURIComponent(path.split('/').at(-1) ?? '');
}
