import type { App } from '../app.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../platform/logger.ts';

const SIGN_IN_COMMAND = 'npx waymark login';

/** Who may use the classic API, and why. */
export function classicAccess({ access, listen }: Config): string {
  switch (access.classicApi) {
    case 'open':
      return 'open to everyone, with rate limits (CLASSIC_API=open)';
    case 'keyed':
      return 'with an API key (CLASSIC_API=keyed)';
    case 'off':
      return 'off (CLASSIC_API=off)';
    case null:
      return `open to direct calls on this machine, with an API key for all others (CLASSIC_API is not set; listening on ${listen.host})`;
  }
}

/**
 * Says where Waymark is, in which mode, and what to try first. A sign-in link is for the terminal alone: logs are kept, and
 * read by others.
 */
export async function startBanner(
  app: Omit<App, 'ended' | 'stop'>,
  logger: Logger,
  isTerminal: boolean,
  print: (text: string) => void = console.log,
): Promise<void> {
  const { config, baseUrl, port, schema } = app;
  const { storage } = config;
  const { dataDir } = storage;
  logger.info(
    {
      url: baseUrl,
      port,
      pid: process.pid,
      mode: storage.kind === 'postgres' ? 'scaled out' : 'embedded',
      roles: config.roles,
      dataDir,
      schema: schema.to,
      classicApi: classicAccess(config),
      ...(config.roles.includes('api') && { signIn: SIGN_IN_COMMAND }),
    },
    'Waymark is ready',
  );
  if (!isTerminal) return;
  print(`
  Waymark ${config.release.version}  ${baseUrl}
  mode         ${storage.kind === 'postgres' ? `scaled out (${config.roles.join(', ')}; own files in` : 'embedded (SQLite in'} ${dataDir})
  classic API  ${classicAccess(config)}
  API          ${baseUrl}/api/docs

  Shorten a link:
    curl -s ${baseUrl}/shorten -H 'Content-Type: application/json' -d '{"url":"https://example.com/"}'
${config.roles.includes('api') ? signIn(await app.firstSignInLink()) : ''}  Make an API key:
    npx waymark keys create --name me --scope admin
`);
}

function signIn(link: string | null): string {
  return link === null
    ? `  Sign in:\n    ${SIGN_IN_COMMAND}\n`
    : `  Sign in (works once, for 15 minutes):\n    ${link}\n`;
}
