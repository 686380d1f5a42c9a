import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { checkedAllowlist, isAllowed } from './allowlist';

describe('an IP allowlist', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
    ['::ffff:203.0.113.0/120', '203.0.113.0/24'],
  ])('takes %p for %p', (entry, range) => {
    expect(checkedAllowlist([entry])).toEqual([range]);
  });

  test.each([
    '',
    'example.com',
    '10.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '0x7f000001',
    '2001:db8::/129',
    'fe80::1%eth0',
  ])('refuses %p', (entry) => {
    expect(() => checkedAllowlist([entry])).toThrow('is no address range');
  });

  test('that allows nobody, or has no bound, is refused', () => {
    expect(() => checkedAllowlist([])).toThrow('1 to 100 entries');
    expect(() => checkedAllowlist(Array(101).fill('10.0.0.1'))).toThrow('1 to 100 entries');
  });

  test('allows the addresses in its ranges however they are written, and no others', () => {
    const allowlist = checkedAllowlist(['203.0.113.0/24', '2001:db8::/32']);
    for (const address of ['203.0.113.9', '::ffff:203.0.113.9', '2001:db8:1::2', '2001:DB8::1']) {
      expect([address, isAllowed(allowlist, address)]).toEqual([address, true]);
    }
    for (const address of ['203.0.114.9', '2001:db9::1', '::1', 'unix', '', '203.0.113.9, 1.1.1.1'])
      expect([address, isAllowed(allowlist, address)]).toEqual([address, false]);
    expect(isAllowed(allowlist, null)).toBe(false);
    expect(isAllowed(checkedAllowlist(['0.0.0.0/0']), '::1')).toBe(false);
  });

  test('agrees with the arithmetic of a mask', () => {
    const address = fc.integer({ min: 0, max: 0xffffffff });
    const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
    fc.assert(
      fc.property(address, fc.nat({ max: 32 }), fc.nat({ max: 32 }), (base, length, flipped) => {
        // One bit is flipped, or none: inside the range exactly when it is behind the prefix.
        const other = flipped === 32 ? base : (base ^ (1 << (31 - flipped))) >>> 0;
        const allowlist = checkedAllowlist([`${dotted(base)}/${length}`]);
        expect(isAllowed(allowlist, dotted(other))).toBe(flipped >= length);
      }),
    );
  });
});
