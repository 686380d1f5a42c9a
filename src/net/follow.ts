import type { IncomingMessage } from 'node:http';
import type { AddressPolicy } from './addresses';
import { ACCEPT_ENCODING, type BodyLimits, readBody } from './body';
import { beforeAbort } from './deadline';
import { type Exchange, exchange, type Outgoing } from './exchange';
import { connectionFault, FetchFault } from './fetch-fault';
import type { PageHeaders } from './permission';
import { parseTarget, type Resolve, type Target, vetTarget } from './target';

export interface Way {
  policy: AddressPolicy;
  resolve: Resolve;
  userAgent: string;
}

export interface Errand {
  accept: string;
  maxRedirects: number;
  body: BodyLimits;
  signal: AbortSignal;
  /** Beside those that every request has. Only for an errand without redirects: they may be secret. */
  headers?: Record<string, string>;
  outgoing?: Outgoing;
  /** Asked before each hop, after its addresses were vetted; throws to stop there. */
  mayVisit?: (url: URL) => Promise<unknown>;
  /** Asked before the body of a page is read; throws to leave it unread. */
  mayRead?: (url: URL, headers: PageHeaders) => void;
  /** Reads what an answer that is no success says; it is left unread without. */
  readError?: (response: IncomingMessage, hostname: string) => Promise<Uint8Array>;
}

/** The end of the redirects, whatever its status. */
export interface Answer {
  url: string;
  hostname: string;
  status: number;
  contentType: string | null;
  retryAfter: string | undefined;
  /** Empty unless the status is a success, or errors are read. */
  bytes: Uint8Array;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Every hop goes through the same checks as the first: a redirect is an address that the host made
 * up. */
export async function follow(way: Way, start: string, errand: Errand): Promise<Answer> {
  const visited = new Set<string>();
  let target = parseTarget(start);
  for (let hops = 0; hops <= errand.maxRedirects; hops += 1) {
    visited.add(target.url.href);
    const next = await visit(way, target, errand);
    if ('status' in next) return next;
    if (visited.has(next.url.href)) {
      throw new FetchFault('redirect', `${target.hostname} redirects in a circle.`);
    }
    target = next;
  }
  throw new FetchFault('redirect', `${target.hostname} redirects more than is followed.`);
}

async function visit(way: Way, target: Target, errand: Errand): Promise<Answer | Target> {
  const { signal } = errand;
  const addresses = await beforeAbort(vetTarget(target, way.policy, way.resolve), signal);
  if (errand.mayVisit) await beforeAbort(errand.mayVisit(target.url), signal);
  const headers = {
    'User-Agent': way.userAgent,
    Accept: errand.accept,
    'Accept-Encoding': ACCEPT_ENCODING,
    ...errand.headers,
  };
  const hop = await exchange(target, addresses, headers, signal, errand.outgoing);
  try {
    if (REDIRECTS.has(hop.status)) return redirectTarget(target, hop);
    return await readAnswer(target, hop, errand);
  } finally {
    hop.close();
  }
}

/** Header bytes arrive as Latin-1; an address that was sent unescaped is UTF-8. */
function redirectTarget(from: Target, { response, status }: Exchange): Target {
  const location = Buffer.from(response.headers.location ?? '', 'latin1').toString('utf8');
  if (location === '' || !URL.canParse(location, from.url.href)) {
    throw new FetchFault('redirect', `${from.hostname} redirects to no valid address.`, { status });
  }
  return parseTarget(new URL(location, from.url).href);
}

async function readAnswer(target: Target, hop: Exchange, errand: Errand): Promise<Answer> {
  const { response, status } = hop;
  const { hostname } = target;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess) errand.mayRead?.(target.url, pageHeaders(response));
  try {
    return {
      url: target.url.href,
      hostname,
      status,
      contentType: response.headers['content-type'] ?? null,
      retryAfter: response.headers['retry-after'],
      bytes: isSuccess
        ? await readBody(response, response.headers['content-encoding'], hostname, errand.body)
        : ((await errand.readError?.(response, hostname)) ?? new Uint8Array(0)),
    };
  } catch (cause) {
    throw errand.signal.aborted ? errand.signal.reason : connectionFault(hostname, cause);
  }
}

/** Several lines of one field stay apart: each may be for another crawler. */
function pageHeaders({ headersDistinct }: IncomingMessage): PageHeaders {
  return {
    robotsTag: headersDistinct['x-robots-tag'] ?? [],
    tdmReservation: headersDistinct['tdm-reservation']?.[0],
  };
}
