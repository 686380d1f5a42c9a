import { timingSafeEqual } from 'node:crypto';
import { readUrlEncoded } from '../http/body';
import { Fault } from '../lib/fault';

const FORM_MAX_BYTES = 65_536;

export type FormFields = Record<string, string>;

/** Throws Fault `unsupported_media`, or `too_large` beyond 64 KiB. Of fields with the same name, the
 * last one counts. */
export async function readFields(request: Request): Promise<FormFields> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Fault('unsupported_media', 'a form is sent as application/x-www-form-urlencoded');
  }
  return readUrlEncoded(request, FORM_MAX_BYTES, 'shorten what you typed');
}

/**
 * Throws Fault `forbidden` for a request that another site's page sent. Browsers say so themselves
 * (Fetch Metadata); old ones, and all over plain http, at least name the origin.
 */
export function expectSameOrigin(request: Request, baseUrl: string): void {
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin') return;
  if (site !== null) {
    throw new Fault(
      'forbidden',
      'another site sent this form: open the page here and send it again',
    );
  }
  const origin = request.headers.get('origin');
  if (origin === null || !URL.canParse(origin)) {
    throw new Fault(
      'forbidden',
      'your browser does not say which page sent this form: use a newer one, or let it send the Origin header',
    );
  }
  const hosts = [request.headers.get('host') ?? new URL(request.url).host, new URL(baseUrl).host];
  if (hosts.includes(new URL(origin).host)) return;
  throw new Fault(
    'forbidden',
    'another site sent this form: open the page here and send it again; behind a proxy, set SONDE_BASE_URL to the address that users see',
  );
}

/** Takes the same time wherever the two differ. */
export function isSameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
