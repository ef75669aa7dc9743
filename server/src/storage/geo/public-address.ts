import { isIPv4, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/**
 * An IP address that can be at a place, in the form that the databases are asked with: IPv4-mapped IPv6 as IPv4.
 * Shape: '' for what is no address or belongs to no one place (private, shared, loopback, link-local, multicast).
 */
export function publicAddress(address: string): string {
  if (isIPv4(address)) return isPublicIpv4(address) ? address : '';
  if (!isIPv6(address) || address.includes('%')) return '';
  const mapped = MAPPED_IPV4.exec(address);
  if (mapped !== null) return publicAddress(mapped[1] ?? dotted(mapped[2] ?? '', mapped[3] ?? ''));
  // Global unicast is 2000::/3 (RFC 4291); everything else is local, reserved or a group.
  return (Number.parseInt(address, 16) & 0xe000) === 0x2000 ? address : '';
}

function isPublicIpv4(address: string): boolean {
  const dot = address.indexOf('.');
  const first = Number(address.slice(0, dot));
  const second = Number(address.slice(dot + 1, address.indexOf('.', dot + 1)));
  if (first === 0 || first === 10 || first === 127 || first >= 224) return false;
  if (first === 100) return second < 64 || second > 127;
  if (first === 169) return second !== 254;
  if (first === 172) return second < 16 || second > 31;
  return !(first === 192 && second === 168);
}

function dotted(high: string, low: string): string {
  const [upper, lower] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${upper >> 8}.${upper & 255}.${lower >> 8}.${lower & 255}`;
}
