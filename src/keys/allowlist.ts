import { isIP } from 'node:net';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';
import { Fault } from '../lib/fault';

type Range = [IPv4 | IPv6, number];

const MAX_ENTRIES = 100;
/** `::ffff:0:0/96`: where IPv6 carries IPv4 addresses. */
const MAPPED_PREFIX_LENGTH = 96;

/** The entries as CIDR ranges of network addresses. Throws Fault `invalid_request`. */
export function checkedAllowlist(entries: string[]): string[] {
  if (entries.length === 0 || entries.length > MAX_ENTRIES) {
    throw invalid(`ip_allowlist has 1 to ${MAX_ENTRIES} entries; leave it out to allow all`);
  }
  return entries.map((entry) => {
    const range = parseRange(entry.trim());
    if (!range) {
      const shown = entry.slice(0, 60);
      throw invalid(`"${shown}" is no address range: write 203.0.113.7 or 203.0.113.0/24`);
    }
    return written(range);
  });
}

/** `allowlist` is what {@link checkedAllowlist} made. An address nobody knows is in no range. */
export function isAllowed(allowlist: string[], clientAddress: string | null): boolean {
  if (clientAddress === null || isIP(clientAddress) === 0) return false;
  // A zone id names a link of this machine; an IPv4 address may come written inside an IPv6 one.
  const address = ipaddr.process(clientAddress.replace(/%.*$/, ''));
  return allowlist.some((entry) => {
    const range = ipaddr.parseCIDR(entry);
    return range[0].kind() === address.kind() && address.match(range);
  });
}

function parseRange(entry: string): Range | undefined {
  const [base = '', length, ...rest] = entry.split('/');
  // ipaddr.js takes `10.1` for 10.0.0.1: nobody who writes it means that.
  if (isIP(base) === 0 || base.includes('%') || rest.length > 0) return undefined;
  const address = ipaddr.parse(base);
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefixLength = length === undefined ? bits : Number(length);
  if (prefixLength > bits) return undefined;
  return unmapped(address, prefixLength);
}

/** Client addresses are judged unmapped, so the ranges are too. */
function unmapped(address: IPv4 | IPv6, prefixLength: number): Range {
  const isMapped =
    address.kind() === 'ipv6' &&
    (address as IPv6).isIPv4MappedAddress() &&
    prefixLength >= MAPPED_PREFIX_LENGTH;
  if (!isMapped) return [address, prefixLength];
  return [(address as IPv6).toIPv4Address(), prefixLength - MAPPED_PREFIX_LENGTH];
}

function written([address, prefixLength]: Range): string {
  const cidr = `${address.toString()}/${prefixLength}`;
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${prefixLength}`;
}

function invalid(message: string): Fault {
  return new Fault('invalid_request', message, { field: 'ip_allowlist' });
}
