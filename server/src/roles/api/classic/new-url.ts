import { codeProblem, LIMITS } from '@waymark/contract';
import { classicNewUrl } from '@waymark/contract/classic';
import { validate } from '../../../http/validate.ts';
import { checkDestination } from '../../../links/destination.ts';
import { DEFAULT_DOMAIN_ID, type LinkWithCounts } from '../../../links/link.ts';
import type { NewLink } from '../../../links/store.ts';
import { invalidField } from '../../../platform/app-error.ts';
import type { ApiDeps, WriteScope } from '../deps.ts';
import type { ApiContext } from '../env.ts';
import { parseTime } from './classic-time.ts';
import { readObject, renameFields, withAliases, writeOf } from './request.ts';

/** What the store calls a field, and what it is called here. */
export const URL_FIELDS = { code: 'short_code', url: 'original_url', ownerId: 'user_id' };

/** Makes the link that the body of a request describes. */
export async function createLink(c: ApiContext, deps: ApiDeps): Promise<{ link: LinkWithCounts; scope: WriteScope }> {
  const { bytes, value } = await readObject(c);
  const link = readNewLink(value, deps);
  const scope = writeOf(c, deps, bytes);
  try {
    return { link: await scope.links.create(link), scope };
  } catch (error) {
    throw renameFields(error, URL_FIELDS);
  }
}

/** A link to be made, from a JSON object. Errors: 400 naming the field. */
export function readNewLink(body: Record<string, unknown>, deps: Pick<ApiDeps, 'isOwnHost'>): NewLink {
  const named = withAliases(withAliases(body, 'original_url', ['url', 'long_url']), 'short_code', ['custom_alias']);
  const { original_url, user_id, title, short_code, expires_at, is_active } = validate(classicNewUrl, named);
  return {
    domainId: DEFAULT_DOMAIN_ID,
    code: short_code === null ? null : aliasOf(short_code),
    url: destinationOf('original_url', original_url, deps),
    title,
    active: is_active,
    expiresAt: expires_at === null ? null : parseTime('expires_at', expires_at),
    redirectStatus: 302,
    ownerId: user_id,
  };
}

/** The form of a destination that is stored. Errors: `invalid_url`, `self_link`. */
export function destinationOf(field: string, text: string, { isOwnHost }: Pick<ApiDeps, 'isOwnHost'>): string {
  const checked = checkDestination(text, isOwnHost);
  if (!checked.ok) throw invalidField(field, checked.message, checked.code);
  return checked.url;
}

function aliasOf(code: string): string {
  const problem = codeProblem(code);
  if (problem === 'reserved_code') throw invalidField('short_code', 'is reserved for the service itself', problem);
  if (problem !== null) {
    const { codeLengthMin, codeLengthMax } = LIMITS;
    const rule = `must be ${codeLengthMin} to ${codeLengthMax} of A-Z a-z 0-9 _ - and not all digits`;
    throw invalidField('short_code', rule, problem);
  }
  return code;
}
