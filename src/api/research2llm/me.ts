import { Elysia } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { readJson } from '../../http/body';
import { userPrincipalOf } from '../../http/principal';
import { knownId, validator } from '../../http/validate';
import type { Keys } from '../../keys/service';
import type { ApiKey } from '../../keys/types';
import { isoFromMs } from '../../lib/clock';
import type { Research } from '../../research/service';
import { asMalformed } from './malformed';
import { answers, bodyOf, KeyRequest } from './schemas';

export interface MeRouteDeps {
  accounts: Accounts;
  keys: Keys;
  research: Research;
}

const DEFAULT_LABEL = 'default';
const checkedKeyRequest = validator(KeyRequest);
const detail = { tags: ['me'], security: [{ bearer_jwt: [] }] };
const unauthenticated = { 401: ['Not authenticated'] } as Record<number, [string]>;

/** The account of a user who is signed in. */
export function meRoutes({ accounts, keys, research }: MeRouteDeps) {
  return new Elysia({ name: 'research2llm.me', normalize: false })
    .derive(async ({ request }) => ({ user: await userPrincipalOf(request.headers, accounts) }))
    .get(
      '/me',
      async ({ user: { userId, email, status } }) => {
        const live = await keys.live(userId);
        return { id: userId, email, status, keys: live.map(keyDto) };
      },
      {
        detail: {
          ...detail,
          operationId: 'get_me',
          summary: 'Get the user, and the keys that are not revoked',
          responses: answers({ 200: ['The user', 'Me'], ...unauthenticated }),
        },
      },
    )
    .get('/me/usage', ({ user }) => usage(research, user.userId), {
      detail: {
        ...detail,
        operationId: 'get_my_usage',
        summary: 'Count what all keys of the user have asked for, by kind',
        responses: answers({ 200: ['By kind', ['UsageOfKind']], ...unauthenticated }),
      },
    })
    .post(
      '/me/keys',
      async ({ user, request }) => createKey(keys, user.userId, await bodyOfKey(request)),
      {
        // The body is read when it is known who asks.
        parse: 'none',
        detail: {
          ...detail,
          operationId: 'create_my_key',
          summary: 'Make a key; it is shown this once',
          requestBody: bodyOf('MeKeyRequest'),
          responses: answers({
            201: ['The key', 'CreatedMeKey'],
            ...unauthenticated,
            403: ['The account is not active'],
            422: ['Malformed'],
          }),
        },
      },
    )
    .delete(
      '/me/keys/:id',
      async ({ user, params }) => {
        await keys.revoke(knownId(params.id, 'key'), user.userId);
        return new Response(null, { status: 204 });
      },
      {
        detail: {
          ...detail,
          operationId: 'revoke_my_key',
          summary: 'Revoke a key',
          responses: answers({ 204: ['Revoked'], ...unauthenticated, 404: ['Not found'] }),
        },
      },
    );
}

function bodyOfKey(request: Request) {
  return asMalformed(async () => checkedKeyRequest(await readJson(request)));
}

async function createKey(
  keys: Keys,
  userId: string,
  { label = DEFAULT_LABEL }: { label?: string },
) {
  const created = await asMalformed(
    () => keys.create({ userId, name: label, style: 'research2llm' }),
    () => 'label',
  );
  const { id, name, prefix, plaintext, createdMs } = created;
  const created_at = isoFromMs(createdMs);
  return Response.json(
    { id, label: name, key_prefix: prefix, key: plaintext, created_at },
    { status: 201 },
  );
}

function keyDto({ id, name, prefix, createdMs, lastUsedMs }: ApiKey) {
  return {
    id,
    label: name,
    key_prefix: prefix,
    created_at: isoFromMs(createdMs),
    last_used_at: lastUsedMs === null ? null : isoFromMs(lastUsedMs),
  };
}

/** One event for each job: the quantity of each is one. */
async function usage(research: Research, userId: string) {
  const count = await research.countByKeys(userId);
  return count === 0 ? [] : [{ kind: 'job', count, quantity_sum: count }];
}
