import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createAddressMatcher, createClientAddress, isLoopback, plainAddress } from './client-address.ts';

describe('loopback', () => {
  test.each(['127.0.0.1', '127.255.3.4', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    '%s is',
    (address) => expect(isLoopback(address)).toBe(true),
  );
  test.each(['128.0.0.1', '::2', '::', '127.0.0.1.example', '127.1', '', 'localhost', '2001:db8::1', '::ffff:8000:1'])(
    '%s is not',
    (address) => expect(isLoopback(address)).toBe(false),
  );
});

describe('addresses and ranges', () => {
  const inside = createAddressMatcher(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1']);
  test.each(['10.1.2.3', '192.168.1.7', 'fd12::9', '::1', '::ffff:10.0.0.1'])('%s is inside', (address) =>
    expect(inside(address)).toBe(true),
  );
  test.each(['11.0.0.1', '192.168.1.8', 'fe80::1', '', 'nonsense'])('%s is outside', (address) =>
    expect(inside(address)).toBe(false),
  );
});

describe("the visitor's address", () => {
  test('without trusted proxies is the connection, whatever a header says', () => {
    expect(createClientAddress([])('203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(createClientAddress([])('::ffff:203.0.113.9', '')).toBe('203.0.113.9');
  });

  test.each([
    ['10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['10.0.0.1', '6.6.6.6, 198.51.100.7', '198.51.100.7'],
    ['10.0.0.1', '198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', 'nonsense', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '[2001:db8::5]:443', '2001:db8::5'],
    ['203.0.113.9', '198.51.100.7', '203.0.113.9'],
  ])('from %s with "%s" is %s', (peer, header, expected) =>
    expect(createClientAddress(['10.0.0.0/8'])(peer, header)).toBe(expected),
  );

  test('is never anything but an address of the chain', () => {
    const find = createClientAddress(['10.0.0.0/8']);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), { maxLength: 6 }), (hops) => {
        const found = find('10.0.0.1', hops.join(','));
        expect(
          found === '10.0.0.1' ||
            hops.some((hop) => hop.split(',').some((part) => plainAddress(part.trim()) === found)),
        ).toBe(true);
      }),
    );
  });
});
