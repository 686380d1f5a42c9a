import { Elysia, t } from 'elysia';
import { readJson } from '../../http/body';
import { keyGate } from '../../http/gate';
import { addition } from '../../http/openapi';
import type { Principal } from '../../http/principal';
import { knownId, wholeNumberOf } from '../../http/validate';
import type { Keys } from '../../keys/service';
import { Fault } from '../../lib/fault';
import {
  eventStream,
  idempotencyKeyInHeader,
  idInPath,
  jsonBody,
  lastEventIdInHeader,
  limitInQuery,
  offsetInQuery,
  optionalInQuery,
  queryOf,
} from './parameters';
import { researchLogRow, researchResult, statesOf } from './present';
import {
  type ResearchOperationDeps,
  runResearch,
  showResearch,
  streamResearch,
} from './research-operations';
import { answers, ResearchRequest } from './schemas';

export interface ResearchRouteDeps extends ResearchOperationDeps {
  keys: Keys;
}

const JOBS_PATH = '/v1/research';
const LIMIT = { default: 50, min: 1, max: 200 };
const OFFSET = { default: 0, min: 0, max: 1_000_000 };
const detail = { tags: ['research'], security: [{ bearer_api_key: [] }] };
const problems = { 401: ['Invalid API key'], 404: ['Not found'] } as Record<number, [string]>;

const listQuery = queryOf({
  status: t.Optional(t.String()),
  limit: t.Optional(t.String()),
  offset: t.Optional(t.String()),
});
const listParameters = [
  optionalInQuery('status', 'string', {
    description: 'pending, running, completed, failed or canceled.',
  }),
  limitInQuery(LIMIT),
  offsetInQuery(OFFSET.max),
];

export function researchRoutes(deps: ResearchRouteDeps) {
  const principalOf = keyGate(deps.keys);
  return new Elysia({ name: 'infrence.research', normalize: false })
    .onParse(async ({ request, server }) => {
      await principalOf({ request, server });
      return readJson(request);
    })
    .derive(async ({ request, server }) => ({ principal: await principalOf({ request, server }) }))
    .post(
      '/v1/research',
      ({ body, principal, request }) =>
        runResearch(deps, principal, body, { request, jobsPath: JOBS_PATH }),
      {
        body: ResearchRequest,
        detail: {
          ...detail,
          operationId: 'run_research',
          summary: 'Run a research job',
          parameters: [idempotencyKeyInHeader],
          requestBody: jsonBody('ResearchRequest'),
          responses: answers({
            200: ['The result', 'ResearchResult'],
            202: ['Accepted: poll status_url or stream events_url', 'AsyncAccepted'],
            400: ['Bad request'],
            401: ['Invalid API key'],
            402: ['Insufficient credits'],
            409: ['The Idempotency-Key was used for another request'],
            413: ['Too large'],
          }),
        },
      },
    )
    .get('/v1/research', ({ query, principal }) => list(deps, principal, query), {
      query: listQuery,
      detail: {
        ...detail,
        operationId: 'list_jobs',
        summary: 'List research jobs',
        parameters: listParameters,
        responses: answers({
          200: ['Newest first', ['ResearchLogRow']],
          400: ['Bad query'],
          401: ['Invalid API key'],
        }),
      },
    })
    .get(
      '/v1/research/:id',
      ({ params, principal }) => showResearch(deps, principal.userId, params.id),
      {
        detail: {
          ...detail,
          operationId: 'get_status',
          summary: 'Get a research job',
          parameters: [idInPath],
          responses: answers({ 200: ['Status and result', 'ResearchResult'], ...problems }),
        },
      },
    )
    .delete('/v1/research/:id', ({ params, principal }) => cancel(deps, principal, params.id), {
      detail: {
        ...detail,
        operationId: 'cancel',
        summary: 'Cancel a research job',
        parameters: [idInPath],
        responses: answers({
          200: ['Canceled, or the state it ended in', 'ResearchResult'],
          ...problems,
        }),
      },
    })
    .get(
      '/v1/research/:id/events',
      ({ params, principal, request }) =>
        streamResearch(deps, principal.userId, params.id, request),
      {
        detail: {
          ...detail,
          ...addition,
          operationId: 'research_events',
          summary: 'Addition: follow a research job (server-sent events)',
          parameters: [idInPath, lastEventIdInHeader],
          responses: {
            200: eventStream,
            ...answers(problems),
          },
        },
      },
    );
}

async function list(
  deps: ResearchRouteDeps,
  principal: Principal,
  query: { status?: string; limit?: string; offset?: string },
) {
  const states = query.status === undefined ? undefined : statesOf(query.status);
  if (query.status !== undefined && states === undefined) {
    throw new Fault(
      'invalid_request',
      'status must be pending, running, completed, failed or canceled',
      { field: 'status' },
    );
  }
  const rows = await deps.research.list({
    userId: principal.userId,
    ...(states ? { states } : {}),
    limit: wholeNumberOf(query, 'limit', LIMIT),
    offset: wholeNumberOf(query, 'offset', OFFSET),
  });
  return rows.map(researchLogRow);
}

async function cancel(deps: ResearchRouteDeps, principal: Principal, id: string) {
  return researchResult(await deps.research.cancel(knownId(id, 'research job'), principal.userId));
}
