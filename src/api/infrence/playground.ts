import { Elysia } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { readJson } from '../../http/body';
import { userGate } from '../../http/gate';
import { addition } from '../../http/openapi';
import { personAsking } from '../asker';
import {
  eventStream,
  idempotencyKeyInHeader,
  idInPath,
  jsonBody,
  lastEventIdInHeader,
} from './parameters';
import {
  type ResearchOperationDeps,
  runResearch,
  showResearch,
  streamResearch,
} from './research-operations';
import { answers, ResearchRequest } from './schemas';

export interface PlaygroundRouteDeps extends ResearchOperationDeps {
  accounts: Accounts;
}

const JOBS_PATH = '/api/playground/research';
const detail = { tags: ['playground'], security: [{ bearer_jwt: [] }] };
const problems = { 401: ['Not authenticated'], 404: ['Not found'] } as Record<number, [string]>;

/** Research for a user who is signed in and needs no key. */
export function playgroundRoutes(deps: PlaygroundRouteDeps) {
  const principalOf = userGate(deps.accounts);
  return new Elysia({ name: 'infrence.playground', normalize: false })
    .onParse(async ({ request }) => {
      await principalOf(request);
      return readJson(request);
    })
    .derive(async ({ request }) => ({
      principal: await principalOf(request),
    }))
    .post(
      JOBS_PATH,
      ({ body, principal, request }) =>
        runResearch(deps, personAsking(principal), body, { request, jobsPath: JOBS_PATH }),
      {
        body: ResearchRequest,
        detail: {
          ...detail,
          operationId: 'run',
          summary: 'Run a research job',
          parameters: [idempotencyKeyInHeader],
          requestBody: jsonBody('ResearchRequest'),
          responses: answers({
            200: ['The result', 'ResearchResult'],
            202: ['Accepted: poll status_url or stream events_url', 'AsyncAccepted'],
            400: ['Bad request'],
            401: ['Not authenticated'],
            402: ['Insufficient credits'],
            403: ['The account is not active'],
          }),
        },
      },
    )
    .get(
      `${JOBS_PATH}/:id`,
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
    .get(
      `${JOBS_PATH}/:id/events`,
      ({ params, principal, request }) =>
        streamResearch(deps, principal.userId, params.id, request),
      {
        detail: {
          ...detail,
          ...addition,
          operationId: 'playground_events',
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
