import type { Config } from './config/config.ts';
import { isLoopback } from './http/client-address.ts';

const hostOf = (url: string) => new URL(url).host;

/**
 * Whether a host with its port is this installation, so that a link to it would be a loop.
 * Shape of `host`: as URL.host has it, the port left out where it is the scheme's default.
 */
export function createOwnHosts(site: Config['site'], port: () => number): (host: string) => boolean {
  const named = new Set([...site.shortHosts, ...(site.appHost ? [site.appHost] : [])]);
  if (site.baseUrlIsSet) named.add(hostOf(site.baseUrl));
  return (host) => {
    const lower = host.toLowerCase();
    if (named.has(lower)) return true;
    if (named.size > 0) return false;
    const { hostname, port: own } = new URL(`http://${lower}`);
    const name = hostname.replace(/^\[|\]$/g, '');
    return (own || '80') === String(port()) && (name === 'localhost' || name === '0.0.0.0' || isLoopback(name));
  };
}

/** Whether links are served under a Host header; null for everywhere, which it is unless some hosts are named for it. */
export function createServesLinks(site: Config['site']): ((host: string) => boolean) | null {
  if (site.shortHosts.length === 0 && site.appHost === null) return null;
  const short = new Set(site.shortHosts);
  return (host) => {
    const lower = host.toLowerCase();
    return short.size > 0 ? short.has(lower) : lower !== site.appHost;
  };
}

/** Whether everything but links is served under a Host header: never on hosts named for links alone. */
export function createServesApp(site: Config['site']): (host: string) => boolean {
  const short = new Set(site.shortHosts);
  return (host) => {
    const lower = host.toLowerCase();
    return site.appHost !== null ? lower === site.appHost : !short.has(lower);
  };
}
