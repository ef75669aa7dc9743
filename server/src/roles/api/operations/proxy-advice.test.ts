import { describe, expect, test } from 'bun:test';
import { createClientAddress } from '../../../http/client-address.ts';
import { adviseOnProxies } from './proxy-advice.ts';

function advise(peer: string, forwardedFor: string | null, trusted: string[], more: Record<string, string> = {}) {
  const headers = new Headers({ ...more, ...(forwardedFor === null ? {} : { 'X-Forwarded-For': forwardedFor }) });
  const storedAddress = createClientAddress(trusted)(peer, forwardedFor ?? '');
  return adviseOnProxies({ peer, storedAddress, headers }, trusted);
}

describe('the line that would store the visitor', () => {
  const cases: [name: string, peer: string, forwardedFor: string, trusted: string[], fix: string | null][] = [
    ['a proxy on this machine', '127.0.0.1', '203.0.113.9', [], 'TRUSTED_PROXIES=127.0.0.1'],
    ['a chain of two, both inside', '127.0.0.1', '203.0.113.9, 10.0.0.5', [], 'TRUSTED_PROXIES=127.0.0.1,10.0.0.5'],
    [
      'a second hop behind a trusted one',
      '127.0.0.1',
      '203.0.113.9, 10.0.0.5',
      ['127.0.0.1'],
      'TRUSTED_PROXIES=127.0.0.1,10.0.0.5',
    ],
    ['an IPv4 peer in IPv6 clothes', '::ffff:10.0.0.5', '203.0.113.9', [], 'TRUSTED_PROXIES=10.0.0.5'],
    ['a visitor in the same network', '10.0.0.5', '192.168.7.7', [], 'TRUSTED_PROXIES=10.0.0.5'],
    ['all as it should be', '127.0.0.1', '203.0.113.9', ['127.0.0.1'], null],
    ['an address that the visitor made up', '127.0.0.1', '198.51.100.1, 203.0.113.9', ['127.0.0.1'], null],
  ];
  test.each(cases)('%s', (_, peer, forwardedFor, trusted, fix) => {
    expect(advise(peer, forwardedFor, trusted).fix).toBe(fix);
  });

  test('once set, it stores the visitor', () => {
    const { fix } = advise('127.0.0.1', '203.0.113.9, 10.0.0.5', []);
    const trusted = (fix ?? '').replace('TRUSTED_PROXIES=', '').split(',');
    const after = advise('127.0.0.1', '203.0.113.9, 10.0.0.5', trusted);
    expect(after).toMatchObject({ storedAddress: '203.0.113.9', fix: null, trustedHops: ['127.0.0.1', '10.0.0.5'] });
  });
});

test('without any proxy header there is nothing to do', () => {
  expect(advise('192.0.2.4', null, []).advice).toContain('No proxy was seen');
});

test('a proxy that sends no X-Forwarded-For is named by the header that gave it away', () => {
  expect(advise('127.0.0.1', null, [], { Via: '1.1 cache' }).advice).toContain('via');
});

test('trusting everybody is called too wide', () => {
  expect(advise('127.0.0.1', '203.0.113.9', ['0.0.0.0/0']).advice).toContain('too wide');
});
