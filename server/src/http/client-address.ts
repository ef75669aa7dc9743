import { isIP } from 'node:net';

/** IPv4 in IPv6 clothes is the IPv4 address. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** 127.0.0.0/8 and ::1, in any of the ways to write them. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  if (plain === '127.0.0.1' || plain === '::1') return true;
  const parsed = toBits(plain);
  return parsed !== null && (parsed.width === 32 ? parsed.bits >> 24n === 127n : parsed.bits === 1n);
}

function toBits(address: string): { bits: bigint; width: 32 | 128 } | null {
  const plain = plainAddress(address);
  const version = isIP(plain);
  if (version === 4) {
    return { bits: plain.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n), width: 32 };
  }
  if (version !== 6) return null;
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? [] : Array<string>(8 - front.length - back.length).fill('0');
  const all = [...front, ...zeros, ...back];
  const bits = all.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
  return bits >> 32n === 0xffffn ? { bits: bits & 0xffff_ffffn, width: 32 } : { bits, width: 128 };
}

/** Addresses and CIDR ranges as one test. Shape of an entry: `10.0.0.1`, `10.0.0.0/8`, `::1`, `fd00::/8`. */
export function createAddressMatcher(entries: readonly string[]): (address: string) => boolean {
  const ranges = entries.flatMap((entry) => {
    const [base = '', prefix] = entry.split('/');
    const parsed = toBits(base);
    if (!parsed) return [];
    const length = prefix === undefined ? parsed.width : Number(prefix);
    const shift = BigInt(parsed.width - length);
    return [{ width: parsed.width, shift, bits: parsed.bits >> shift }];
  });
  return (address) => {
    const parsed = toBits(address);
    return (
      parsed !== null &&
      ranges.some(({ width, shift, bits }) => width === parsed.width && parsed.bits >> shift === bits)
    );
  };
}

/** The visitor's address from the connection's own and the X-Forwarded-For header, as far as proxies are trusted. */
export type ClientAddress = (peer: string, forwardedFor: string) => string;

/** Finds the visitor's address: the nearest hop that is not a trusted proxy. Untrusted headers are never believed. */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (peer) => plainAddress(peer);
  const trusted = createAddressMatcher(trustedProxies);
  return (peer, forwardedFor) => {
    let address = plainAddress(peer);
    if (forwardedFor === '') return address;
    const hops = forwardedFor.split(',');
    for (let hop = hops.length - 1; hop >= 0 && trusted(address); hop--) {
      const claimed = plainAddress((hops[hop] ?? '').trim().replace(/^\[(.*)\](:\d+)?$/, '$1'));
      if (isIP(claimed) === 0) break;
      address = claimed;
    }
    return address;
  };
}
