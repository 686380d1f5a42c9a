import type { Static } from 'elysia';
import { type EventStreams, lastEventId, type StreamEvent } from '../../http/sse';
import { knownId } from '../../http/validate';
import type { Queue } from '../../jobs/queue';
import type { Asker } from '../../keys/types';
import type { Clock } from '../../lib/clock';
import type { Research } from '../../research/service';
import type { ResearchRequest as DomainRequest, GivenSource } from '../../research/types';
import type { Webhooks } from '../../webhooks/service';
import { idempotencyKeyOf } from '../idempotency-key';
import { researchResult, statusWord } from './present';
import type { ResearchRequest } from './schemas';

/** What is done with research jobs alike, whether an API key asks or a user who is signed in. */
export interface ResearchOperationDeps {
  research: Research;
  queue: Queue;
  clock: Clock;
  streams: EventStreams;
  webhooks: Pick<Webhooks, 'checkedUrl'>;
  /** How long a lite or standard job is waited for before the answer is 202. */
  syncWaitMs: number;
}

export type ResearchBody = Static<typeof ResearchRequest>;

/** Accepts a job, and waits for its result as long as the mode allows. The job is then found under
 * `jobsPath`, by the same way of signing in. */
export async function runResearch(
  deps: ResearchOperationDeps,
  asker: Asker,
  body: ResearchBody,
  { request, jobsPath }: { request: Request; jobsPath: string },
): Promise<Response> {
  const webhookUrl = body.webhook_url
    ? await deps.webhooks.checkedUrl(body.webhook_url, 'webhook_url')
    : null;
  const domainRequest = toDomain(body, webhookUrl);
  const { id } = await deps.research.submit(
    asker,
    domainRequest,
    idempotencyKeyOf(request.headers),
  );
  // Who is told does not wait.
  const isWaitedFor =
    body.async !== true &&
    webhookUrl === null &&
    (domainRequest.mode === 'lite' || domainRequest.mode === 'standard');
  if (isWaitedFor) {
    const waiting = new AbortController();
    const cancelTimer = deps.clock.after(deps.syncWaitMs, () => waiting.abort());
    await deps.research.settled(id, AbortSignal.any([waiting.signal, request.signal]));
    cancelTimer();
    const view = await deps.research.get(id, asker.userId);
    if (view.job.endedMs !== null)
      return Response.json(researchResult(view, body.include_sources ?? true));
  }
  return Response.json(
    {
      id,
      status: statusWord('queued'),
      status_url: `${jobsPath}/${id}`,
      events_url: `${jobsPath}/${id}/events`,
    },
    { status: 202 },
  );
}

export async function showResearch(deps: ResearchOperationDeps, userId: string, id: string) {
  return researchResult(await deps.research.get(knownId(id, 'research job'), userId));
}

export async function streamResearch(
  deps: ResearchOperationDeps,
  userId: string,
  id: string,
  request: Request,
): Promise<Response> {
  const { job } = await deps.research.get(knownId(id, 'research job'), userId);
  const after = lastEventId(request.headers);
  return deps.streams.open(async function* (signal): AsyncGenerator<StreamEvent> {
    for await (const { seq, type, data } of deps.queue.follow(job.id, after, signal))
      yield { id: seq, type, data };
  });
}

function toDomain(body: ResearchBody, webhookUrl: string | null): DomainRequest {
  return {
    question: body.question,
    mode: body.mode ?? 'standard',
    maxCredits: body.max_credits ?? null,
    maxWallclockSeconds: body.max_wallclock_secs ?? null,
    responseSchema: body.response_schema ?? null,
    sources: (body.sources ?? []).map(toGivenSource),
    search: { library: body.search?.library ?? true, web: body.search?.web ?? true },
    language: body.language ?? 'en',
    ...(webhookUrl === null ? {} : { webhook: { url: webhookUrl, dialect: 'infrence' } }),
  };
}

function toGivenSource(source: NonNullable<ResearchBody['sources']>[number]): GivenSource {
  if ('url' in source) return { kind: 'url', url: source.url };
  if ('text' in source) return { kind: 'text', text: source.text, title: source.title ?? null };
  return { kind: 'document', id: source.document_id };
}
