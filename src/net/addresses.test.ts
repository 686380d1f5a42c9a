import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createAddressPolicy } from './addresses';
import { parseTarget } from './target';

const strict = createAddressPolicy([]);

/** First address and prefix length of ranges of which no address is public. */
const PRIVATE_RANGES: [number, number][] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 4],
  [0xf0000000, 4],
];

const privateIPv4 = fc
  .tuple(fc.constantFrom(...PRIVATE_RANGES), fc.nat(0xffffffff))
  .map(([[base, prefixLength], random]) => (base | (random & (0xffffffff >>> prefixLength))) >>> 0);

type Radix = 'decimal' | 'hexadecimal' | 'octal';
const radix = fc.constantFrom<Radix>('decimal', 'hexadecimal', 'octal');

function spellNumber(value: number, inRadix: Radix): string {
  if (inRadix === 'hexadecimal') return `0x${value.toString(16)}`;
  return inRadix === 'octal' ? `0${value.toString(8)}` : String(value);
}

/** One to four parts, of which the last takes all octets that are left; each in any radix. */
function spell(address: number, parts: number, radices: Radix[]): string {
  const octets = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff);
  const head = octets.slice(0, parts - 1);
  const tail = octets.slice(parts - 1).reduce((sum, octet) => sum * 256 + octet, 0);
  return [...head, tail].map((value, n) => spellNumber(value, radices[n]!)).join('.');
}

type Disguise = (text: string) => string;
const disguise = fc.constantFrom<Disguise>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => `${text}.`,
  (text) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (text) => text.replaceAll('.', '。'),
  (text) => text.replace(/./g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`),
);

function hexGroups(address: number): string {
  return `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`;
}

describe('an address that is not public is refused', () => {
  test('in any spelling of IPv4', () => {
    fc.assert(
      fc.property(
        privateIPv4,
        fc.integer({ min: 1, max: 4 }),
        fc.array(radix, { minLength: 4, maxLength: 4 }),
        disguise,
        (address, parts, radices, disguised) => {
          const host = disguised(spell(address, parts, radices));
          expect(strict.permits(parseTarget(`http://${host}/`).hostname)).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('when an IPv6 address carries it', () => {
    const carrier = fc.constantFrom(
      '::ffff:*',
      '::*',
      '::ffff:0:*',
      '64:ff9b::*',
      '64:ff9b:1::*',
      '2002:*::1',
      '2001:0:*::',
    );
    fc.assert(
      fc.property(privateIPv4, carrier, (address, pattern) => {
        const host = `[${pattern.replace('*', hexGroups(address))}]`;
        expect(strict.permits(parseTarget(`http://${host}/`).hostname)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('in any IPv6 range outside 2000::/3, and in the special ones inside', () => {
    const outside = ['::', '::1', '100::1', '4000::1', '5f00::1', 'fc00::1', 'fdff::1', 'fe80::1'];
    const inside = ['2001::1', '2001:2::1', '2001:db8::1', '2002::1', '3fff::1', '2001:10::1'];
    for (const address of [...outside, 'fec0::1', 'ff02::1', 'fe80::1%eth0', ...inside]) {
      expect([address, strict.permits(address)]).toEqual([address, false]);
    }
  });
});

test('public unicast addresses are permitted', () => {
  const addresses = ['93.184.216.34', '1.1.1.1', '100.63.255.255', '100.128.0.0', '172.32.0.1'];
  const embedded = ['::ffff:1.1.1.1', '64:ff9b::101:101', '2606:4700::1111', '2a00:1450::1'];
  for (const address of [...addresses, ...embedded]) {
    expect([address, strict.permits(address)]).toEqual([address, true]);
  }
});

describe('the allow list', () => {
  test('permits its ranges, in any family that carries them, and nothing beside them', () => {
    const policy = createAddressPolicy(['10.0.0.0/8', ' 192.168.1.7 ', 'fd12::/16']);
    for (const address of ['10.9.8.7', '::ffff:10.9.8.7', '192.168.1.7', 'fd12:3::4']) {
      expect([address, policy.permits(address)]).toEqual([address, true]);
    }
    for (const address of ['11.0.0.0/8', '192.168.1.8', 'fd13::1', '127.0.0.1', '::1', 'fe80::1']) {
      expect([address, policy.permits(address)]).toEqual([address, false]);
    }
  });

  test('opens cloud metadata only by its very address', () => {
    const metadata = ['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254'];
    const wide = createAddressPolicy(['0.0.0.0/0', '::/0']);
    const exact = createAddressPolicy(metadata);
    for (const address of metadata) {
      expect([address, wide.permits(address)]).toEqual([address, false]);
      expect([address, exact.permits(address)]).toEqual([address, true]);
    }
    expect(wide.permits('169.254.1.1')).toBe(true);
  });
});
