import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { connectionFault, FetchFault } from './fetch-fault';
import type { Target } from './target';

export interface Exchange {
  response: IncomingMessage;
  status: number;
  /** Ends the connection, whatever is still unread. */
  close(): void;
}

/** What is sent with a POST; its headers name its type. */
export interface Outgoing {
  method: 'POST';
  body: Uint8Array;
}

const MAX_HEADER_BYTES = 32_768;

/**
 * One GET, or one POST of `outgoing`, over one connection, to one of the vetted addresses and to no
 * other: the name is not resolved again, so an answer of DNS that changes after the check changes
 * nothing. The Host header, SNI and the certificate check keep the name.
 *
 * This uses node:http because Bun's fetch has no say in where it connects. A connection is never
 * reused, for a pool would know it by name; and no proxy of the environment is used.
 */
export function exchange(
  target: Target,
  addresses: readonly string[],
  headers: Record<string, string>,
  signal: AbortSignal,
  outgoing?: Outgoing,
): Promise<Exchange> {
  const { url, hostname } = target;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = (url.protocol === 'https:' ? https : http).request({
      hostname,
      port: url.port === '' ? undefined : Number(url.port),
      path: url.pathname + url.search,
      method: outgoing?.method ?? 'GET',
      headers: { Host: url.host, ...headers },
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      lookup: pinned(addresses),
      ...(url.protocol === 'https:' ? { rejectUnauthorized: true } : {}),
    });
    const onAbort = () => request.destroy();
    const close = () => {
      signal.removeEventListener('abort', onAbort);
      request.destroy();
    };
    const fail = (fault: unknown) => {
      close();
      reject(signal.aborted ? signal.reason : fault);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.on('error', (cause) => fail(connectionFault(hostname, cause)));
    const onClose = () => fail(connectionFault(hostname, undefined));
    request.on('close', onClose);
    request.on('upgrade', () =>
      fail(new FetchFault('connection', `${hostname} did not answer with a page.`)),
    );
    request.on('response', (response) => {
      // Whoever reads the body meets its errors there; a body left unread must not crash anything.
      response.on('error', () => {});
      request.off('close', onClose);
      resolve({ response, status: response.statusCode ?? 0, close });
    });
    request.end(outgoing?.body);
  });
}

function pinned(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = answers;
    if (options.all || first === undefined) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}
