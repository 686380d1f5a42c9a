import { Fault } from '../lib/fault';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?';
const NAME = `(?:${LABEL})(?:\\.${LABEL})*\\.?`;
const HOST = new RegExp(`^(?:${NAME}|\\[[0-9a-f:.]{2,45}\\])(?::\\d{1,5})?$`);
const HOST_MAX_LENGTH = 260;

/**
 * Where users find this server, without a slash at the end: what the operator configured, otherwise
 * what the request names. That may be any well-formed name, so what is built on it must not be
 * cached for others. Throws Fault `invalid_request` for a Host that is none.
 */
export function originOf(request: Request, baseUrl: string): string {
  if (baseUrl !== '') return baseUrl.replace(/\/+$/, '');
  // Bun gives an address without a host for a Host that it cannot parse.
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  const host = (request.headers.get('host') ?? url?.host ?? '').toLowerCase();
  if (!url || host.length > HOST_MAX_LENGTH || !HOST.test(host)) {
    throw new Fault('invalid_request', 'the Host header must be a name or address, and a port', {
      field: 'Host',
    });
  }
  return `${url.protocol}//${host}`;
}
