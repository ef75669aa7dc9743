import type { Config } from '../../config/config.ts';
import { reason } from '../command.ts';
import { ask, knownKey, localServer } from '../server-address.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { checkPort } from './port.ts';

const TIMEOUT_MS = 3000;

/** The server that holds the data directory, or the port it would take. */
export async function checkServer(
  config: Config,
  holder: { pid: number | null } | null,
  given: { url?: string | undefined; key?: string | undefined },
): Promise<Check[]> {
  if (holder === null && given.url === undefined) return [ok('server', 'not running'), checkPort(config.listen)];
  const who = holder?.pid ? `process ${holder.pid}` : 'the server';
  const server = localServer(config, given);
  if (server === null) {
    return [warn('server', `${who} holds the data directory; with PORT=0 its address is not known`, 'give --url')];
  }
  try {
    const health = (await (await ask(server, '/health', TIMEOUT_MS)).json()) as { version?: string };
    const response = await ask(server, '/ready', TIMEOUT_MS);
    const ready = (await response.json()) as { status?: string; checks?: Record<string, string> };
    return [
      readyCheck(`${who} at ${server.url}, version ${health.version}`, ready),
      ...(await checkProxies(config, knownKey(config, given))),
    ];
  } catch (error) {
    return [
      fail(
        'server',
        `${who} does not answer at ${server.url} (${reason(error)})`,
        'look at its log; if HOST or PORT differ there, give --url',
      ),
    ];
  }
}

export function readyCheck(
  who: string,
  { status, checks = {} }: { status?: string; checks?: Record<string, string> },
): Check {
  const notWell = Object.entries(checks).filter(([, state]) => state !== 'ok');
  const found = notWell.map(([name, state]) => `${name} ${state}`).join(', ');
  if (status !== 'ready') return fail('server', `${who} is not ready (${found})`, 'look at its log');
  if (notWell.length > 0) return warn('server', `${who} is degraded: ${found}`, 'look at its log and at docs/runbooks');
  return ok('server', `${who} is ready`);
}

interface ProxyAnswer {
  peer: string;
  storedAddress: string;
  forwardedFor: string | null;
  fix: string | null;
  advice: string;
}

/** Asks the server the way visitors do: by BASE_URL, through whatever stands in front. */
async function checkProxies(config: Config, key: string | null): Promise<Check[]> {
  const name = 'visitor address';
  if (!config.site.baseUrlIsSet) return [ok(name, 'BASE_URL is not set: no way through a proxy to be looked at')];
  const outside = { url: config.site.baseUrl, key };
  try {
    const response = await ask(outside, '/health/proxy', TIMEOUT_MS);
    if (response.status === 401 || response.status === 403)
      return [warn(name, `${outside.url} wants an admin key`, 'give --key, or set BOOTSTRAP_API_KEY')];
    if (!response.ok)
      return [
        warn(
          name,
          `${outside.url}/health/proxy answers ${response.status}`,
          'let the proxy pass /health/proxy on to Waymark, with APP_HOST as its host',
        ),
      ];
    const { peer, storedAddress, forwardedFor, fix, advice } = (await response.json()) as ProxyAnswer;
    const found = `through ${outside.url} this machine is stored as ${storedAddress} (peer ${peer}, X-Forwarded-For ${forwardedFor ?? 'absent'})`;
    return [fix === null ? ok(name, `${found}. ${advice}`) : fail(name, found, advice)];
  } catch (error) {
    return [
      warn(
        name,
        `${outside.url} can't be reached from here (${reason(error)})`,
        'check BASE_URL, DNS and the proxy; or run doctor from outside',
      ),
    ];
  }
}
