import { Elysia } from 'elysia';
import type { Ack, Completion, Host, HostPort, HostRegistry } from '../../hosts/types';
import { readJsonLines } from '../../http/body';
import { problemOf } from '../../http/errors';
import { hostPrincipalOf } from '../../http/principal';
import { Fault } from '../../lib/fault';
import {
  COMPLETION_MAX_BYTES,
  completionOf,
  fenceOf,
  fieldsOf,
  invalid,
  isObject,
  piecesOf,
  secondsOf,
  wholeNumber,
} from './host-input';
import {
  MAX_JOBS,
  MAX_LINES,
  MAX_RENEW_WAIT_SECONDS,
  MAX_WAIT_SECONDS,
  operations,
} from './host-operations';
import { knownBareId } from './ids';
import { assignmentDto } from './present';
import { DEFAULT_TEMPERATURE } from './run';

/** For what answers at once: nobody has to be told that the host went away. */
const NEVER = new AbortController().signal;

type Query = Record<string, string | undefined>;

/**
 * What a host does with its jobs. 5,000 jobs and 100,000 tokens a second pass here: each route reads
 * its own body, by hand, once the key is known, and answers in one write.
 */
export function hostJobRoutes(registry: HostRegistry) {
  const hostOf = (request: Request) => hostPrincipalOf(request.headers, registry);
  const route = (detail: (typeof operations)[keyof typeof operations]) => ({
    parse: 'none' as const,
    detail,
  });
  return new Elysia({ name: 'infrintia.host-jobs', normalize: false })
    .post(
      '/hosts/next-job',
      ({ request, query }) => nextJob(registry, hostOf(request), request, query),
      route(operations.nextJob),
    )
    .post(
      '/hosts/jobs/:id/tokens',
      ({ request, params, query }) =>
        sendTokens(registry, hostOf(request), { request, id: params.id, fence: query.fence }),
      route(operations.tokens),
    )
    .post(
      '/hosts/jobs/:id/complete',
      ({ request, params }) => complete(registry, hostOf(request), request, params.id),
      route(operations.complete),
    )
    .post(
      '/hosts/complete',
      ({ request }) => completeAll(registry, hostOf(request), request),
      route(operations.completeAll),
    )
    .post(
      '/hosts/jobs/:id/fail',
      ({ request, params }) => fail(registry, hostOf(request), request, params.id),
      route(operations.fail),
    )
    .post(
      '/hosts/jobs/:id/renew',
      ({ request, params }) => renew(registry, hostOf(request), request, params.id),
      route(operations.renew),
    );
}

async function nextJob(
  registry: HostRegistry,
  host: Host,
  request: Request,
  query: Query,
): Promise<Response> {
  await fieldsOf(request, host);
  const waitMs = (secondsOf(query.wait, 'wait', MAX_WAIT_SECONDS) ?? 0) * 1_000;
  const isOne = query.max === undefined;
  const max = isOne ? 1 : wholeNumber(query.max, 'max', 1, MAX_JOBS);
  const signal = waitMs === 0 ? NEVER : request.signal;
  const found = await registry.port(host.id).nextJobs({ max, waitMs }, signal);
  const jobs = found.map((assignment) => assignmentDto(assignment, DEFAULT_TEMPERATURE));
  if (!isOne) return Response.json({ jobs });
  const [job] = jobs;
  return job ? Response.json(job) : new Response(null, { status: 204 });
}

async function sendTokens(
  registry: HostRegistry,
  host: Host,
  sent: { request: Request; id: string; fence: string | undefined },
): Promise<Response> {
  const lease = { jobId: knownBareId('job', sent.id), fence: fenceOf(sent.fence) };
  const pieces = piecesOf(await readJsonLines(sent.request, MAX_LINES));
  return ackDto(await registry.port(host.id).sendPieces(lease, pieces));
}

async function complete(registry: HostRegistry, host: Host, request: Request, id: string) {
  const jobId = knownBareId('job', id);
  const fields = await fieldsOf(request, host, COMPLETION_MAX_BYTES);
  await registry.port(host.id).complete(completionOf(jobId, fields));
  return Response.json({ status: 'completed' });
}

/** All are begun in one turn, so they share a commit; each is refused by itself. */
async function completeAll(registry: HostRegistry, host: Host, request: Request) {
  const { jobs } = await fieldsOf(request, host, COMPLETION_MAX_BYTES);
  if (!Array.isArray(jobs) || jobs.length > MAX_JOBS)
    throw invalid('jobs', `must be a list of at most ${MAX_JOBS} ends of jobs`);
  const port = registry.port(host.id);
  const ends = jobs.map((end: unknown) => completeOne(port, end));
  return Response.json({ jobs: await Promise.all(ends) });
}

async function completeOne(port: HostPort, end: unknown) {
  const shown = isObject(end) && typeof end.job_id === 'string' ? end.job_id : null;
  try {
    await port.complete(namedCompletionOf(end));
    return { job_id: shown, status: 'completed' };
  } catch (thrown) {
    // What is no Fault is ours: the request as a whole fails, and may be repeated.
    if (!(thrown instanceof Fault)) throw thrown;
    return { job_id: shown, status: 'refused', problem: problemOf(thrown) };
  }
}

function namedCompletionOf(end: unknown): Completion {
  if (!isObject(end)) throw invalid('jobs', 'must hold ends of jobs');
  const { job_id: id } = end;
  if (typeof id !== 'string') throw invalid('job_id', 'must be a text');
  return completionOf(knownBareId('job', id), end);
}

async function fail(registry: HostRegistry, host: Host, request: Request, id: string) {
  const jobId = knownBareId('job', id);
  const { fence, error, retryable } = await fieldsOf(request, host);
  if (typeof error !== 'string') throw invalid('error', 'must be a text');
  if (typeof retryable !== 'boolean') throw invalid('retryable', 'must be true or false');
  await registry.port(host.id).fail({ jobId, fence: fenceOf(fence), error, retryable });
  return Response.json({ status: 'recorded' });
}

async function renew(registry: HostRegistry, host: Host, request: Request, id: string) {
  const jobId = knownBareId('job', id);
  const { fence, wait } = await fieldsOf(request, host);
  const waitMs = (secondsOf(wait, 'wait', MAX_RENEW_WAIT_SECONDS) ?? 0) * 1_000;
  const signal = waitMs === 0 ? NEVER : request.signal;
  const lease = { jobId, fence: fenceOf(fence) };
  return ackDto(await registry.port(host.id).renew(lease, waitMs, signal));
}

function ackDto({ ackSeq, cancel }: Ack): Response {
  return Response.json({ ack_seq: ackSeq, cancel });
}
