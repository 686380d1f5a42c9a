import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressPolicy } from './addresses';
import { FetchFault, nameNotFound } from './fetch-fault';

/** Where one hop goes. The URL has no credentials, no fragment and no trailing dots. */
export interface Target {
  url: URL;
  /** A name, or an address without brackets. */
  hostname: string;
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<string[]>;

const MAX_URL_LENGTH = 8_192;
const MAX_HOSTNAME_LENGTH = 253;

/** How many of a name's addresses are tried. All of them are vetted. */
const MAX_ADDRESSES = 8;

/** Ports of services that can be made to act on the lines of an HTTP request: the "bad ports" of
 * the WHATWG Fetch standard, and the common databases and caches. */
const BLOCKED_PORTS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
  512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
  995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379,
  6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211, 27017,
]);

/** Parsing is the WHATWG standard's: it turns 0x7f.1, 2130706433, full-width digits and percent
 * signs into the one address that they name, and refuses zone ids and numbers that name none. */
export function parseTarget(text: string): Target {
  if (text.length > MAX_URL_LENGTH) {
    throw refused(`The address is longer than ${MAX_URL_LENGTH} characters. Give a shorter one.`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw refused('This is no valid address. Write it as https://host/path.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused('Only http and https addresses can be fetched.');
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (hostname === '' || hostname.length > MAX_HOSTNAME_LENGTH) {
    throw refused('The address names no valid host. Write it as https://host/path.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused(`The address of ${hostname} holds a user name or password. Leave it out.`);
  }
  if (url.port !== '' && BLOCKED_PORTS.has(Number(url.port))) {
    throw refused(`Port ${url.port} of ${hostname} is not used for web pages and is not fetched.`);
  }
  if (url.hostname.endsWith('.')) url.hostname = hostname;
  url.hash = '';
  return { url, hostname };
}

/**
 * The addresses to connect to, each permitted. One forbidden address refuses the name as a whole:
 * a public one beside it is how a hostile name gets past a check of the first.
 */
export async function vetTarget(
  { hostname }: Target,
  policy: AddressPolicy,
  resolve: Resolve,
): Promise<string[]> {
  const isLiteral = isIP(hostname) !== 0;
  const addresses = isLiteral ? [hostname] : await resolveName(hostname, resolve);
  if (addresses.length === 0) throw nameNotFound(hostname);
  if (!addresses.every((address) => policy.permits(address))) {
    throw refused(
      `${hostname} ${isLiteral ? 'is' : 'resolves to'} a private address and is not fetched. ` +
        'If it should be, the operator can allow the address with SONDE_FETCH_ALLOW.',
    );
  }
  return addresses.slice(0, MAX_ADDRESSES);
}

/** As the machine itself would resolve it: hosts file, search domains and all. */
export async function systemResolve(hostname: string): Promise<string[]> {
  const answers = await lookup(hostname, { all: true });
  return answers.map((answer) => answer.address);
}

/** `localhost` and the names below it never leave the machine (RFC 6761), whatever DNS says. */
async function resolveName(hostname: string, resolve: Resolve): Promise<string[]> {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return ['127.0.0.1'];
  try {
    return await resolve(hostname);
  } catch (cause) {
    throw nameNotFound(hostname, cause);
  }
}

function refused(publicMessage: string): FetchFault {
  return new FetchFault('refused', publicMessage);
}
