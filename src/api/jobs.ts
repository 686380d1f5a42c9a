import { Elysia } from 'elysia';
import { readJson } from '../http/body';
import { type CallerDeps, callerGate } from '../http/caller';
import type { Asked } from '../http/gate';
import { type EventStreams, lastEventId } from '../http/sse';
import { callerAsking, type JobAsker } from './asker';
import { byAnyone } from './infrintia/describe';
import { bareId } from './infrintia/ids';
import {
  cancelInferenceJob,
  cancelJobDetail,
  eitherJob,
  type InferenceJobDeps,
  inferenceJob,
  listJobs,
  listJobsDetail,
  showInferenceJob,
  streamJobDetail,
} from './infrintia/jobs';
import { failedFrames, tokenFrames, wholeFrames } from './infrintia/stream';
import {
  createJob,
  createJobDetail,
  type JobDeps,
  showJob,
  showJobDetail,
  visibleJob,
} from './research2llm/jobs';
import { asMalformed } from './research2llm/malformed';

export interface JobRouteDeps extends JobDeps, InferenceJobDeps, CallerDeps {
  streams: EventStreams;
}

/**
 * `/jobs` is one noun for every dialect that has it: this file says whose word answers. POST is
 * research2llm's; a job is shown in the words of what it is, research or the answer of a model; the
 * list and the stream are Infrintia's, of both.
 */
export function jobRoutes(deps: JobRouteDeps) {
  const callerOf = callerGate(deps);
  const askerOf = async (asked: Asked) => callerAsking(await callerOf(asked));
  return new Elysia({ name: 'jobs', normalize: false })
    .onParse(async ({ request, server }) => {
      await askerOf({ request, server });
      return asMalformed(() => readJson(request));
    })
    .derive(async ({ request, server }) => ({ asker: await askerOf({ request, server }) }))
    .post('/jobs', ({ asker, body, request }) => createJob(deps, asker, body, request.headers), {
      detail: { ...createJobDetail, security: byAnyone },
    })
    .get('/jobs', ({ asker, query }) => listJobs(deps, asker, query), { detail: listJobsDetail })
    .get('/jobs/:id', ({ asker, params }) => show(deps, asker, bareId('job', params.id)), {
      detail: {
        ...showJobDetail,
        security: byAnyone,
        responses: { ...showJobDetail.responses, 200: eitherJob },
      },
    })
    .delete('/jobs/:id', ({ asker, params }) => cancel(deps, asker, bareId('job', params.id)), {
      detail: cancelJobDetail,
    })
    .get(
      '/jobs/:id/stream',
      ({ asker, params, request }) =>
        stream(deps, asker, bareId('job', params.id), lastEventId(request.headers)),
      { detail: streamJobDetail },
    );
}

async function show(deps: JobRouteDeps, asker: JobAsker, id: string) {
  const view = await inferenceJob(deps, asker, id);
  return view ? showInferenceJob(deps, view) : showJob(deps, asker, id);
}

async function cancel(deps: JobRouteDeps, asker: JobAsker, id: string) {
  const view = await inferenceJob(deps, asker, id);
  if (view) return cancelInferenceJob(deps, view);
  await visibleJob(deps.research, asker, id);
  await deps.research.cancel(id, asker.userId);
  return showJob(deps, asker, id);
}

async function stream(deps: JobRouteDeps, asker: JobAsker, id: string, afterSeq: number) {
  const { streams, hosts } = deps;
  if (await inferenceJob(deps, asker, id)) {
    return streams.openText((signal) => tokenFrames(hosts.inference, { id, afterSeq }, signal));
  }
  await visibleJob(deps.research, asker, id);
  return streams.openText((signal) => briefFrames(deps, { id, afterSeq }, signal));
}

/** Research is written when it is done: its brief comes as one token. */
async function* briefFrames(
  { research }: JobRouteDeps,
  { id, afterSeq }: { id: string; afterSeq: number },
  signal: AbortSignal,
): AsyncGenerator<string> {
  await research.settled(id, signal);
  if (signal.aborted) return;
  const { job, state } = await research.get(id, null);
  yield job.state === 'failed'
    ? failedFrames(job.error ?? 'it failed')
    : wholeFrames(state.brief ?? '', afterSeq);
}
