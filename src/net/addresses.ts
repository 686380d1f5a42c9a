import { isIP } from 'node:net';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';
import { Fault } from '../lib/fault';

/** Which addresses may be connected to. */
export interface AddressPolicy {
  permits(address: string): boolean;
}

type Address = IPv4 | IPv6;

interface Range {
  base: Address;
  prefixLength: number;
}

const GLOBAL_UNICAST: [IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
const NAT64: [IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];

/** Where clouds hand out credentials to any process that asks. Some are public addresses, and some
 * stand in ranges that an operator allows for other reasons, so only the very address allows one. */
const CLOUD_METADATA = new Set(
  ['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254'].map(
    (address) => ipaddr.parse(address).toNormalizedString(),
  ),
);

/**
 * Permits public unicast addresses, and those that the operator allows: `10.1.2.3` or `10.0.0.0/8`.
 * Throws Fault `invalid_request` for an entry that is neither.
 */
export function createAddressPolicy(allow: readonly string[]): AddressPolicy {
  const ranges = allow.map(parseRange);
  return {
    permits(text) {
      const address = parseAddress(text);
      if (address === null) return false;
      if (CLOUD_METADATA.has(address.toNormalizedString())) {
        return ranges.some((range) => isSingle(range) && contains(range, address));
      }
      return isPublic(address) || ranges.some((range) => contains(range, address));
    },
  };
}

/** The address that packets will reach: an IPv4 address written inside an IPv6 one (mapped, or
 * behind the NAT64 prefix of RFC 6052) is judged as itself. Null for what is no plain address; a
 * zone id makes it one of this machine's links, so it is none. */
function parseAddress(text: string): Address | null {
  if (isIP(text) === 0 || text.includes('%')) return null;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv6' && address.match(NAT64)) {
    return ipaddr.fromByteArray(address.toByteArray().slice(12));
  }
  return address;
}

/** IPv6 is judged by what is public, not by what is not: outside 2000::/3 nothing is. That refuses
 * the IPv4-compatible ::/96 too, and 64:ff9b:1::/48, whose mapping is each network's own. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST);
}

function contains(range: Range, address: Address): boolean {
  return range.base.kind() === address.kind() && address.match(range.base, range.prefixLength);
}

function isSingle(range: Range): boolean {
  return range.prefixLength === range.base.toByteArray().length * 8;
}

function parseRange(entry: string): Range {
  const [text = '', length, ...rest] = entry.trim().split('/');
  const base = parseAddress(text);
  if (base === null || rest.length > 0) throw invalidRange(entry);
  const bits = base.toByteArray().length * 8;
  if (length === undefined) return { base, prefixLength: bits };
  const isEmbedded = base.kind() === 'ipv4' && text.includes(':');
  if (isEmbedded || !/^\d{1,3}$/.test(length) || Number(length) > bits) throw invalidRange(entry);
  return { base, prefixLength: Number(length) };
}

function invalidRange(entry: string): Fault {
  return new Fault(
    'invalid_request',
    `SONDE_FETCH_ALLOW holds ${JSON.stringify(entry)}, which is no address and no range. ` +
      'Write 10.1.2.3, 10.0.0.0/8 or fd00::/8.',
    { field: 'SONDE_FETCH_ALLOW' },
  );
}
