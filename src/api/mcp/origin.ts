import ipaddr from 'ipaddr.js';
import { Fault } from '../../lib/fault';

/** Names that nobody outside can own (RFC 6761, RFC 6762, and .internal of ICANN). */
const OURS_ALONE = /(?:^|\.)(?:localhost|local|internal)$|^[^.]+$/;

/**
 * Refuses what a page of somebody else could send through its visitor's browser, as by a name that
 * it lets point here (DNS rebinding): a Host that the operator does not own, and an Origin that is
 * not this server's. Throws Fault `forbidden` with the remedy.
 */
export function checkOrigin(headers: Headers, baseUrl: string): void {
  const host = headers.get('host') ?? '';
  const ownHost = baseUrl === '' ? undefined : new URL(baseUrl).host;
  if (host !== ownHost && !isOursAlone(host)) {
    throw new Fault(
      'forbidden',
      `this server is not known as ${host.slice(0, 80)}: set SONDE_BASE_URL to the address that clients use`,
      { field: 'Host' },
    );
  }
  const origin = headers.get('origin');
  const originHost = origin !== null && URL.canParse(origin) ? new URL(origin).host : '';
  if (origin === null || originHost === host || (originHost !== '' && originHost === ownHost))
    return;
  throw new Fault('forbidden', 'pages of another origin may not call this server', {
    field: 'Origin',
  });
}

/** True for an address, and for a name that only a network of one's own resolves. */
function isOursAlone(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return ipaddr.isValid(hostname.replace(/^\[|\]$/g, '')) || OURS_ALONE.test(hostname);
}
