import { t } from 'elysia';
import type { Inference, InferenceView } from '../../hosts/types';
import { addition } from '../../http/openapi';
import { wholeNumberOf } from '../../http/validate';
import { Fault } from '../../lib/fault';
import type { UserJobs } from '../../research/user-jobs';
import type { JobAsker } from '../asker';
import {
  byAnyone,
  idInPath,
  inQuery,
  LIMIT,
  lastEventIdInHeader,
  OFFSET,
  pageParameters,
} from './describe';
import { jobDto, jobRow, statesOf } from './present';
import { answers } from './schemas';

/** What this dialect has to say of `/jobs`, which it shares. */
export interface InferenceJobDeps {
  hosts: { inference: Inference };
  userJobs: UserJobs;
}

const STATUS_WORDS = 'queued, running, completed or failed';

/** Jobs of both kinds: those of models are the user's, research is its key's. */
export async function listJobs(
  { userJobs }: InferenceJobDeps,
  { userId, key }: JobAsker,
  query: Record<string, string | undefined>,
) {
  const page = {
    limit: wholeNumberOf(query, 'limit', LIMIT),
    offset: wholeNumberOf(query, 'offset', OFFSET),
  };
  const scope = { userId, keyId: key?.id ?? null, states: statesFrom(query.status) };
  const { jobs, total } = await userJobs.list(scope, page);
  return { jobs: jobs.map(jobRow), total };
}

function statesFrom(status: string | undefined) {
  if (status === undefined) return null;
  const states = statesOf(status);
  if (states) return states;
  throw new Fault('invalid_request', `status must be ${STATUS_WORDS}`, { field: 'status' });
}

/** The user's job of a model; undefined for what is none of these. */
export async function inferenceJob(
  { hosts }: InferenceJobDeps,
  { userId }: JobAsker,
  id: string,
): Promise<InferenceView | undefined> {
  const view = await hosts.inference.view(id);
  return view?.userId === userId ? view : undefined;
}

export async function showInferenceJob({ hosts }: InferenceJobDeps, view: InferenceView) {
  return jobDto(view, await hosts.inference.text(view.id));
}

export async function cancelInferenceJob(deps: InferenceJobDeps, view: InferenceView) {
  await deps.hosts.inference.cancel(view.id);
  return showInferenceJob(deps, (await deps.hosts.inference.view(view.id)) ?? view);
}

const detail = { tags: ['jobs'], security: byAnyone };
const problems = {
  401: ['Invalid key, token or password'],
  403: ['The account is not active'],
  404: ['Unknown, or of another user or key'],
  429: ['Too many passwords were tried: see Retry-After'],
} as Record<number, [string]>;
const { 404: _, ...listProblems } = problems;

/** One or the other, by what was asked. */
export const eitherJob = {
  description: 'The job: of a model, or of research',
  content: {
    'application/json': {
      schema: t.Unsafe<unknown>({
        anyOf: [
          { $ref: '#/components/schemas/InferenceJob' },
          { $ref: '#/components/schemas/Job' },
        ],
      }),
    },
  },
};

export const listJobsDetail = {
  ...detail,
  operationId: 'list_all_jobs',
  summary: 'List jobs, of models and of research',
  parameters: [inQuery('status', t.String({ description: `${STATUS_WORDS}.` })), ...pageParameters],
  responses: answers({ 200: ['Newest first', 'JobList'], 400: ['Bad query'], ...listProblems }),
};

export const cancelJobDetail = {
  ...detail,
  operationId: 'cancel_job',
  summary: 'Cancel a job; what was answered is paid',
  parameters: [idInPath('Of any kind of job.')],
  responses: { 200: eitherJob, ...answers(problems) },
};

export const streamJobDetail = {
  ...detail,
  ...addition,
  operationId: 'stream_job',
  summary: 'Follow the answer of a job (server-sent events)',
  parameters: [idInPath('Of any kind of job.'), lastEventIdInHeader],
  responses: {
    200: {
      description:
        'Events with {"token": …}, each with its number as id; an event "error" with a problem if the job failed; [DONE]',
      content: { 'text/event-stream': { schema: t.String() } },
    },
    ...answers({ 400: ['Last-Event-ID is no number'], ...problems }),
  },
};
