import { Elysia, type Static, t } from 'elysia';
import { readJson } from '../../http/body';
import { keyGate } from '../../http/gate';
import type { Principal } from '../../http/principal';
import { type EventStreams, lastEventId, type StreamEvent } from '../../http/sse';
import { knownId, wholeNumberOf } from '../../http/validate';
import type { Queue } from '../../jobs/queue';
import type { Keys } from '../../keys/service';
import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Research } from '../../research/service';
import type { ResearchRequest as DomainRequest, GivenSource } from '../../research/types';
import { researchLogRow, researchResult, statesOf, statusWord } from './present';
import { answers, ResearchRequest } from './schemas';

export interface ResearchRouteDeps {
  research: Research;
  queue: Queue;
  keys: Keys;
  clock: Clock;
  streams: EventStreams;
  /** How long a lite or standard job is waited for before the answer is 202. */
  syncWaitMs: number;
}

const IDEMPOTENCY_KEY_MAX_LENGTH = 255;
const LIMIT = { default: 50, min: 1, max: 200 };
const OFFSET = { default: 0, min: 0, max: 1_000_000 };
const detail = { tags: ['research'], security: [{ bearer_api_key: [] }] };
const problems = { 401: ['Invalid API key'], 404: ['Not found'] } as Record<number, [string]>;

export function researchRoutes(deps: ResearchRouteDeps) {
  const principalOf = keyGate(deps.keys);
  return new Elysia({ name: 'infrence.research', normalize: false })
    .onParse(async ({ request }) => {
      await principalOf(request);
      return readJson(request);
    })
    .derive(async ({ request }) => ({ principal: await principalOf(request) }))
    .post(
      '/v1/research',
      ({ body, principal, request }) => create(deps, principal, body, request),
      {
        body: ResearchRequest,
        detail: {
          ...detail,
          operationId: 'run_research',
          summary: 'Run a research job',
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/ResearchRequest' } },
            },
          },
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
      query: t.Object({
        status: t.Optional(t.String()),
        limit: t.Optional(t.String()),
        offset: t.Optional(t.String()),
      }),
      detail: {
        ...detail,
        operationId: 'list_jobs',
        summary: 'List research jobs',
        responses: answers({
          200: ['Newest first', ['ResearchLogRow']],
          400: ['Bad query'],
          401: ['Invalid API key'],
        }),
      },
    })
    .get('/v1/research/:id', ({ params, principal }) => show(deps, principal, params.id), {
      detail: {
        ...detail,
        operationId: 'get_status',
        summary: 'Get a research job',
        responses: answers({ 200: ['Status and result', 'ResearchResult'], ...problems }),
      },
    })
    .delete('/v1/research/:id', ({ params, principal }) => cancel(deps, principal, params.id), {
      detail: {
        ...detail,
        operationId: 'cancel',
        summary: 'Cancel a research job',
        responses: answers({
          200: ['Canceled, or the state it ended in', 'ResearchResult'],
          ...problems,
        }),
      },
    })
    .get(
      '/v1/research/:id/events',
      ({ params, principal, request }) => stream(deps, principal, params.id, request),
      {
        detail: {
          ...detail,
          operationId: 'research_events',
          summary: 'Follow a research job (server-sent events, resumed by Last-Event-ID)',
          responses: {
            200: { description: 'Events', content: { 'text/event-stream': {} } },
            ...answers(problems),
          },
        },
      },
    );
}

async function create(
  deps: ResearchRouteDeps,
  principal: Principal,
  body: Static<typeof ResearchRequest>,
  request: Request,
): Promise<Response> {
  const domainRequest = toDomain(body);
  const { id } = await deps.research.submit(
    principal,
    domainRequest,
    idempotencyKeyOf(request.headers),
  );
  const isWaitedFor =
    body.async !== true && (domainRequest.mode === 'lite' || domainRequest.mode === 'standard');
  if (isWaitedFor) {
    const waiting = new AbortController();
    const cancelTimer = deps.clock.after(deps.syncWaitMs, () => waiting.abort());
    await deps.research.settled(id, AbortSignal.any([waiting.signal, request.signal]));
    cancelTimer();
    const view = await deps.research.get(id, principal.userId);
    if (view.job.endedMs !== null)
      return Response.json(researchResult(view, body.include_sources ?? true));
  }
  return Response.json(
    {
      id,
      status: statusWord('queued'),
      status_url: `/v1/research/${id}`,
      events_url: `/v1/research/${id}/events`,
    },
    { status: 202 },
  );
}

function toDomain(body: Static<typeof ResearchRequest>): DomainRequest {
  if (body.webhook_url) {
    throw new Fault(
      'invalid_request',
      'webhook_url is not supported by this version: poll status_url or stream events_url',
      {
        field: 'webhook_url',
      },
    );
  }
  return {
    question: body.question,
    mode: body.mode ?? 'standard',
    maxCredits: body.max_credits ?? null,
    maxWallclockSeconds: body.max_wallclock_secs ?? null,
    responseSchema: body.response_schema ?? null,
    sources: (body.sources ?? []).map(toGivenSource),
    search: { library: body.search?.library ?? true, web: body.search?.web ?? true },
    language: body.language ?? 'en',
  };
}

function toGivenSource(
  source: NonNullable<Static<typeof ResearchRequest>['sources']>[number],
): GivenSource {
  if ('url' in source) return { kind: 'url', url: source.url };
  if ('text' in source) return { kind: 'text', text: source.text, title: source.title ?? null };
  return { kind: 'document', id: source.document_id };
}

function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get('idempotency-key');
  if (key === null) return null;
  if (key === '' || key.length > IDEMPOTENCY_KEY_MAX_LENGTH) {
    throw new Fault(
      'invalid_request',
      `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_MAX_LENGTH} characters`,
      {
        field: 'Idempotency-Key',
      },
    );
  }
  return key;
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

async function show(deps: ResearchRouteDeps, principal: Principal, id: string) {
  return researchResult(await deps.research.get(knownId(id, 'research job'), principal.userId));
}

async function cancel(deps: ResearchRouteDeps, principal: Principal, id: string) {
  return researchResult(await deps.research.cancel(knownId(id, 'research job'), principal.userId));
}

async function stream(
  deps: ResearchRouteDeps,
  principal: Principal,
  id: string,
  request: Request,
): Promise<Response> {
  const { job } = await deps.research.get(knownId(id, 'research job'), principal.userId);
  const after = lastEventId(request.headers);
  return deps.streams.open(async function* (signal): AsyncGenerator<StreamEvent> {
    for await (const { seq, type, data } of deps.queue.follow(job.id, after, signal))
      yield { id: seq, type, data };
  });
}
