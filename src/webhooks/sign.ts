import { createHmac } from 'node:crypto';
import { assert } from '../lib/assert';
import type { Chance } from '../lib/ids';
import type { SigningSecrets } from './types';

const PREFIX = 'whsec_';
/** Standard Webhooks asks for 24 to 64. */
const RANDOM_BYTES = 32;

/** As the Standard Webhooks specification writes a symmetric secret. */
export function newSecret(chance: Chance): string {
  return PREFIX + Buffer.from(chance.bytes(RANDOM_BYTES)).toString('base64');
}

/**
 * Both kinds of signature over the very bytes that are sent. Standard Webhooks (1.0.0) signs the id
 * and the time too, by every secret that is in force, with the bytes that the secret encodes.
 * `X-Infrence-Signature` is the newest secret's alone, with its text as the key and without a time.
 */
export function signatureHeaders(message: {
  id: string;
  timestampSeconds: number;
  body: Uint8Array;
  secrets: SigningSecrets;
}): Record<string, string> {
  const { id, timestampSeconds, body, secrets } = message;
  const standard = secrets.map((secret) => {
    assert(secret.startsWith(PREFIX), 'a webhook secret has its prefix');
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    const hmac = createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  const infrence = createHmac('sha256', secrets[0]).update(body).digest('hex');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': standard.join(' '),
    'X-Infrence-Signature': `sha256=${infrence}`,
  };
}
