import { Elysia, type Static } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { readJson } from '../../http/body';
import { userGate } from '../../http/gate';
import { knownId } from '../../http/validate';
import type { Keys } from '../../keys/service';
import type { ApiKey, CreatedKey } from '../../keys/types';
import { isoFromMs } from '../../lib/clock';
import { wholeCredits } from '../../lib/money';
import { idInPath, jsonBody } from './parameters';
import { done } from './present-auth';
import { accountAnswers, CreateBody } from './schemas-account';
import { msFromDateTime } from './times';

export interface KeyRouteDeps {
  keys: Keys;
  accounts: Accounts;
}

const DEFAULT_NAME = 'default';
const detail = { tags: ['api-keys'], security: [{ bearer_jwt: [] }] };
const unauthenticated = { 401: ['Not authenticated'] } as Record<number, [string]>;
const forbidden = { 403: ['The account is not active'] } as Record<number, [string]>;
const unknownKey = { 404: ['Not found'] } as Record<number, [string]>;

/** A user's own API keys. */
export function keyRoutes({ keys, accounts }: KeyRouteDeps) {
  const principalOf = userGate(accounts);
  return (
    new Elysia({ name: 'infrence.keys', normalize: false })
      .derive(async ({ request }) => ({
        principal: await principalOf(request),
      }))
      .get('/api/keys', async ({ principal }) => (await keys.live(principal.userId)).map(keyDto), {
        detail: {
          ...detail,
          operationId: 'list',
          summary: 'List the keys that are not revoked',
          responses: accountAnswers({ 200: ['Newest first', ['ApiKeyDto']], ...unauthenticated }),
        },
      })
      .delete(
        '/api/keys/:id',
        async ({ params, principal }) => {
          await keys.revoke(knownId(params.id, 'key'), principal.userId);
          return done();
        },
        {
          detail: {
            ...detail,
            operationId: 'revoke',
            summary: 'Revoke a key',
            parameters: [idInPath],
            responses: accountAnswers({ 200: ['Revoked'], ...unauthenticated, ...unknownKey }),
          },
        },
      )
      .post(
        '/api/keys/:id/reset',
        async ({ params, principal }) =>
          createdKeyDto(await keys.reset(knownId(params.id, 'key'), principal.userId)),
        {
          detail: {
            ...detail,
            operationId: 'reset',
            summary: 'Replace a key under the same id; the old one is dead at once',
            parameters: [idInPath],
            responses: accountAnswers({
              200: ['The new key', 'CreatedKey'],
              ...unauthenticated,
              ...forbidden,
              ...unknownKey,
              409: ['The key has expired'],
            }),
          },
        },
      )
      // What stands above has no body to read.
      .onParse(async ({ request }) => {
        await principalOf(request);
        return readJson(request);
      })
      .post('/api/keys', ({ body, principal }) => create(keys, principal.userId, body), {
        body: CreateBody,
        detail: {
          ...detail,
          operationId: 'create',
          summary: 'Make a key; it is shown this once',
          requestBody: jsonBody('CreateBody'),
          responses: accountAnswers({
            200: ['The key', 'CreatedKey'],
            400: ['Bad request'],
            ...unauthenticated,
            ...forbidden,
          }),
        },
      })
  );
}

async function create(keys: Keys, userId: string, body: Static<typeof CreateBody>) {
  const { expires_at } = body;
  const created = await keys.create({
    userId,
    name: body.name ?? DEFAULT_NAME,
    expiresMs: expires_at == null ? null : msFromDateTime(expires_at, 'expires_at'),
    spendCapCredits: body.spend_cap_credits ?? null,
    ipAllowlist: body.ip_allowlist ?? null,
  });
  return createdKeyDto(created);
}

function keyDto(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    created_at: isoFromMs(key.createdMs),
    last_used_at: key.lastUsedMs === null ? null : isoFromMs(key.lastUsedMs),
    expires_at: key.expiresMs === null ? null : isoFromMs(key.expiresMs),
    spend_cap_credits: key.spendCapMicros === null ? null : wholeCredits(key.spendCapMicros),
    ip_allowlist: key.ipAllowlist,
  };
}

function createdKeyDto(key: CreatedKey) {
  return { ...keyDto(key), plaintext: key.plaintext };
}
