import { Elysia } from 'elysia';
import type { Credits } from '../../credits/service';
import { principalOf } from '../../http/principal';
import type { Keys } from '../../keys/service';
import { balanceDto } from './present';
import { answers } from './schemas';

export function creditRoutes(deps: { credits: Credits; keys: Keys }) {
  return new Elysia({ name: 'infrence.credits' })
    .derive(async ({ request }) => ({ principal: await principalOf(request.headers, deps.keys) }))
    .get(
      '/v1/credits',
      async ({ principal }) => balanceDto(await deps.credits.balance(principal.userId)),
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
    );
}
