import { Elysia } from 'elysia';
import type { Accounts } from '../../accounts/service';
import type { Credits } from '../../credits/service';
import { keyGate } from '../../http/gate';
import { userPrincipalOf } from '../../http/principal';
import type { Keys } from '../../keys/service';
import { balanceDto } from './present';
import { answers } from './schemas';

export interface CreditRouteDeps {
  credits: Credits;
  keys: Keys;
  accounts: Accounts;
}

/** The same balance, by API key and for a user who is signed in. */
export function creditRoutes({ credits, keys, accounts }: CreditRouteDeps) {
  const balanceOf = async ({ userId }: { userId: string }) =>
    balanceDto(await credits.balance(userId));
  const principalOf = keyGate(keys);
  return new Elysia({ name: 'infrence.credits' })
    .get(
      '/v1/credits',
      async ({ request, server }) => balanceOf(await principalOf({ request, server })),
      {
        detail: {
          tags: ['credits'],
          security: [{ bearer_api_key: [] }],
          operationId: 'api_balance',
          summary: 'Get the credit balance',
          responses: answers({
            200: ['What a new job may use', 'BalanceDto'],
            401: ['Invalid API key'],
          }),
        },
      },
    )
    .get(
      '/api/credits/balance',
      async ({ request }) => balanceOf(await userPrincipalOf(request.headers, accounts)),
      {
        detail: {
          tags: ['credits'],
          security: [{ bearer_jwt: [] }],
          operationId: 'balance',
          summary: 'Get the credit balance',
          responses: answers({
            200: ['What a new job may use', 'BalanceDto'],
            401: ['Not authenticated'],
          }),
        },
      },
    );
}
