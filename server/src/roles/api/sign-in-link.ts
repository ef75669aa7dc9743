import type { Scope } from '../../accounts/api-key.ts';
import type { Opener } from '../../accounts/session.ts';
import type { ApiDeps } from './deps.ts';

/** A link that opens a session once. Its secret is in the fragment, which no browser sends and no log gets. */
export interface SignInLink {
  url: string;
  /** Epoch ms UTC. */
  expiresAt: number;
}

/** Makes a sign-in link; the session that it opens ends with `opener` at the latest. */
export async function makeSignInLink(
  { access, baseUrl, config, write }: Pick<ApiDeps, 'access' | 'baseUrl' | 'config' | 'write'>,
  { name, scope, opener }: { name: string; scope: Scope; opener: Opener },
): Promise<SignInLink> {
  const { secret, hash } = access.secrets.drawLink(opener);
  const keyId = opener.kind === 'key' ? opener.id : null;
  const expiresAt = await write().sessions.createLink(hash, { name, scope, keyId });
  const { appHost } = config.site;
  const app = appHost === null ? baseUrl() : `${new URL(baseUrl()).protocol}//${appHost}`;
  return { url: `${app}/app/sign-in#${secret}`, expiresAt };
}

/**
 * A sign-in link where nobody could have one from anybody else, as on the first start: there is neither an API key nor a
 * session. Null where there is, or where the database can't be asked.
 */
export async function firstSignInLink(
  deps: Pick<ApiDeps, 'access' | 'baseUrl' | 'config' | 'logger' | 'now' | 'queries' | 'write'>,
): Promise<string | null> {
  const { config, logger, now, queries } = deps;
  if (config.secrets.bootstrapApiKey !== null) return null;
  try {
    const [keys, sessions] = await Promise.all([queries.keys.list(), queries.sessions.list(now(), 1, null)]);
    if (keys.length > 0 || sessions.length > 0) return null;
    return (await makeSignInLink(deps, { name: 'first sign-in', scope: 'admin', opener: { kind: 'none' } })).url;
  } catch (err) {
    logger.warn({ err }, 'no sign-in link could be made');
    return null;
  }
}
