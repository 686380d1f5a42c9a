import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Fault } from '../lib/fault';
import type { GuardedFetch } from '../net/types';

const LIMITS = {
  accept: 'application/json',
  maxBytes: 256 * 1_024,
  timeoutMs: 5_000,
  robots: false,
};

/**
 * What an issuer publishes at an address, checked. Redirects are not taken: one hop over plain http
 * would let anybody on the way put in keys of their own. Throws Fault, of whatever code.
 */
export async function fetchPublished<Schema extends TSchema>(
  fetch: GuardedFetch,
  url: string,
  schema: Schema,
): Promise<Static<Schema>> {
  const page = await fetch.get(url, LIMITS);
  if (page.url !== new URL(url).href) throw unusable(url, `redirects to ${page.url}`);
  const published = parsed(page.bytes);
  if (!Value.Check(schema, published)) throw unusable(url, 'is not what OpenID Connect promises');
  return published;
}

/** Https, or plain http that never leaves this machine. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

export function unusable(url: string, why: string): Fault {
  return new Fault('unavailable', `the answer of ${url} ${why}`);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
