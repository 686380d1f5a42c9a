import type { Static } from '@sinclair/typebox';
import { Elysia } from 'elysia';
import type { Inference } from '../../hosts/types';
import { readJson } from '../../http/body';
import { type CallerDeps, callerGate } from '../../http/caller';
import { validator } from '../../http/validate';
import { isoFromMs } from '../../lib/clock';
import { callerAsking } from '../asker';
import { idempotencyKeyOf } from '../idempotency-key';
import { byAnyone, idempotencyKeyInHeader, jsonBody } from './describe';
import { shownId } from './ids';
import { creditsOf, statusWord } from './present';
import { answers, RunRequest } from './schemas';

export interface RunRouteDeps extends CallerDeps {
  hosts: { inference: Pick<Inference, 'submit'> };
}

const DEFAULT_MAX_TOKENS = 128;
export const DEFAULT_TEMPERATURE = 0.7;

const checkedRun = validator(RunRequest);

export function runRoutes(deps: RunRouteDeps) {
  const callerOf = callerGate(deps);
  const { inference } = deps.hosts;
  return new Elysia({ name: 'infrintia.run', normalize: false }).post(
    '/run/model',
    async ({ request, server }) => {
      const asker = callerAsking(await callerOf({ request, server }));
      const wanted = requestOf(checkedRun(await readJson(request)));
      const { view, existing } = await inference.submit(
        asker,
        wanted,
        idempotencyKeyOf(request.headers),
      );
      return Response.json(
        {
          job_id: shownId('job', view.id),
          // A host may have it already; it has not begun.
          status: existing ? statusWord(view.state) : 'queued',
          model: view.model,
          credits_reserved: creditsOf(view.heldMicros),
          created_at: isoFromMs(view.createdMs),
        },
        { status: 202 },
      );
    },
    {
      // The body is read when it is known who asks.
      parse: 'none',
      detail: {
        tags: ['jobs'],
        security: byAnyone,
        operationId: 'run_model',
        summary: 'Ask a model',
        parameters: [idempotencyKeyInHeader],
        requestBody: jsonBody('RunRequest'),
        responses: answers({
          202: ['Accepted: stream it from /jobs/{id}/stream', 'AcceptedRun'],
          400: ['Malformed, or max_tokens above that of the model'],
          401: ['Invalid key, token or password'],
          402: ['Insufficient credits'],
          403: ['The account is not active'],
          404: ['No host has the model'],
          409: ['The Idempotency-Key was used for another request'],
          413: ['Too large'],
          429: ['Too many passwords were tried: see Retry-After'],
          503: ['Too many jobs wait already'],
        }),
      },
    },
  );
}

function requestOf(body: Static<typeof RunRequest>) {
  return {
    task: 'run' as const,
    model: body.model,
    inputText: body.input_text,
    messages: [],
    inputs: [],
    maxTokens: body.max_tokens ?? DEFAULT_MAX_TOKENS,
    parameters: { temperature: body.temperature ?? DEFAULT_TEMPERATURE },
    maxPricePerToken: body.max_price_per_token ?? null,
  };
}
