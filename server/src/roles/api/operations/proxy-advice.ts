import { createAddressMatcher, plainAddress } from '../../../http/client-address.ts';

/** What the proxies in front did to one request, and what to set so that the visitor's own address is stored. */
export interface ProxyAdvice {
  /** The connection's own remote address. */
  peer: string;
  /** Hops that TRUSTED_PROXIES covers, nearest first. */
  trustedHops: string[];
  /** What a click would be stored (hashed) under. */
  storedAddress: string;
  /** X-Forwarded-For as it came; null where it is absent. */
  forwardedFor: string | null;
  /** The line to set, or null where nothing is to be changed. */
  fix: string | null;
  advice: string;
}

const isPrivate = createAddressMatcher([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
]);
const OTHER_PROXY_HEADERS = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto'];

/** Compares the hops a request came by with the configuration. */
export function adviseOnProxies(
  request: { peer: string; storedAddress: string; headers: Headers },
  trustedProxies: readonly string[],
): ProxyAdvice {
  const peer = plainAddress(request.peer);
  const forwardedFor = request.headers.get('x-forwarded-for');
  const claimed = (forwardedFor ?? '')
    .split(',')
    .map((hop) => plainAddress(hop.trim().replace(/^\[(.*)\](:\d+)?$/, '$1')))
    .filter((hop) => hop !== '');
  const hops = [peer, ...claimed.reverse()];
  const isTrusted = createAddressMatcher(trustedProxies);
  const firstUntrusted = hops.findIndex((hop) => !isTrusted(hop));
  const trustedHops = firstUntrusted === -1 ? hops : hops.slice(0, firstUntrusted);
  const facts = { peer, trustedHops, storedAddress: request.storedAddress, forwardedFor };

  if (forwardedFor === null) {
    const others = OTHER_PROXY_HEADERS.filter((name) => request.headers.has(name));
    if (others.length === 0)
      return { ...facts, fix: null, advice: 'No proxy was seen: the address of the connection is stored.' };
    return {
      ...facts,
      fix: null,
      advice: `A proxy was seen (${others.join(', ')}), but it sends no X-Forwarded-For: let it send that header.`,
    };
  }
  if (firstUntrusted === -1) {
    return {
      ...facts,
      fix: null,
      advice:
        'Every hop is a trusted proxy: TRUSTED_PROXIES is too wide, and visitors could choose their address. Name the proxies alone.',
    };
  }
  const missing = untrustedProxies(hops, firstUntrusted);
  if (missing.length === 0) return { ...facts, fix: null, advice: `All is well: ${request.storedAddress} is stored.` };
  const fix = `TRUSTED_PROXIES=${[...trustedProxies, ...missing].join(',')}`;
  return {
    ...facts,
    fix,
    advice: `${missing.join(' and ')} sent X-Forwarded-For and ${missing.length === 1 ? 'is' : 'are'} not trusted, so the proxy's address is stored. If the proxy is yours, set ${fix}`,
  };
}

/**
 * Hops beyond the trusted ones that can only be proxies: the one that is connected, if it says it forwards, and those that
 * reached us from inside. The last hop is the visitor; a public one may be made up, so none is ever advised.
 */
function untrustedProxies(hops: string[], firstUntrusted: number): string[] {
  const proxies: string[] = [];
  for (let at = firstUntrusted; at < hops.length - 1; at++) {
    const hop = hops[at] ?? '';
    if (at > 0 && !isPrivate(hop)) break;
    proxies.push(hop);
  }
  return proxies;
}
