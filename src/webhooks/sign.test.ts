import { expect, test } from 'bun:test';
import { asyncProperty, assert as check, property, string, uint8Array, uuid } from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { systemChance } from '../lib/ids';
import { newSecret, signatureHeaders } from './sign';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const nowSeconds = () => Math.floor(Date.now() / 1_000);

test('the example of the Standard Webhooks specification has its signature', () => {
  const headers = signatureHeaders({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1614265330,
    body: bytesOf('{"test": 2432232314}'),
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  });
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the library of Standard Webhooks accepts what we sign, by each secret in force, and nothing else', () => {
  check(
    property(uuid(), string({ unit: 'grapheme' }), (id, text) => {
      const secrets = [newSecret(systemChance), newSecret(systemChance)] as const;
      const payload = JSON.stringify({ text });
      const body = bytesOf(payload);
      const headers = signatureHeaders({ id, timestampSeconds: nowSeconds(), body, secrets });
      for (const secret of secrets) {
        expect(new Webhook(secret).verify(payload, headers)).toEqual({ text });
      }
      const stranger = new Webhook(newSecret(systemChance));
      expect(() => stranger.verify(payload, headers)).toThrow('No matching signature');
      expect(() => new Webhook(secrets[0]).verify(`${payload} `, headers)).toThrow('No matching');
    }),
    { numRuns: 30 },
  );
});

test('X-Infrence-Signature is the HMAC of the bytes by the text of the newest secret', async () => {
  await check(
    asyncProperty(uint8Array(), async (body) => {
      const secrets = [newSecret(systemChance), newSecret(systemChance)] as const;
      const headers = signatureHeaders({ id: 'x', timestampSeconds: 1, body, secrets });
      const algorithm = { name: 'HMAC', hash: 'SHA-256' };
      const raw = bytesOf(secrets[0]);
      const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
      const mac = Buffer.from(await crypto.subtle.sign('HMAC', key, body)).toString('hex');
      expect(headers['X-Infrence-Signature']).toBe(`sha256=${mac}`);
    }),
    { numRuns: 30 },
  );
});

test('a secret is 256 random bits in the form that the specification asks for', () => {
  const secret = newSecret(systemChance);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(newSecret(systemChance)).not.toBe(secret);
});
