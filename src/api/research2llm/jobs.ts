import { knownId, validator } from '../../http/validate';
import type { Keys } from '../../keys/service';
import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Research, ResearchView } from '../../research/service';
import type { ResearchRequest } from '../../research/types';
import type { Webhooks } from '../../webhooks/service';
import type { JobAsker } from '../asker';
import { idempotencyKeyOf } from '../idempotency-key';
import { asMalformed } from './malformed';
import { jobDto, statusWord } from './present';
import { toDomain } from './request';
import { answers, bodyOf, byKeyOrToken, JobRequest } from './schemas';

export interface JobDeps {
  research: Research;
  keys: Keys;
  clock: Clock;
  webhooks: Pick<Webhooks, 'checkedUrl' | 'stateOfJob'>;
  /** ISO 639-1: of a job that names no language. */
  defaultLanguage: string;
}

const RESEARCH_TYPE = 'research';
const checkedRequest = validator(JobRequest);

const detail = { tags: ['jobs'], security: byKeyOrToken };

export const createJobDetail = {
  ...detail,
  operationId: 'create_job',
  summary: 'Start a research job',
  requestBody: bodyOf('JobRequest'),
  responses: answers({
    202: ['Accepted: ask for it until it is done', 'AcceptedJob'],
    400: ['Unknown type, unsafe callback_url, or no API key to own the job'],
    401: ['Invalid key or token'],
    402: ['Insufficient credits'],
    403: ['The account is not active'],
    409: ['The Idempotency-Key was used for another request'],
    413: ['Too large'],
    422: ['Malformed'],
  }),
};

export const showJobDetail = {
  ...detail,
  operationId: 'get_job',
  summary: 'Get a job of the calling key',
  responses: answers({
    200: ['Status and result', 'Job'],
    401: ['Invalid key or token'],
    403: ['The account is not active'],
    404: ['Unknown, or of another key'],
  }),
};

export async function createJob(
  deps: JobDeps,
  asker: JobAsker,
  body: unknown,
  headers: Headers,
): Promise<Response> {
  const request = await requestOf(deps, body);
  const owner = { userId: asker.userId, key: await owningKey(deps, asker) };
  const idempotencyKey = idempotencyKeyOf(headers);
  const { id, existing } = await asMalformed(
    () => deps.research.submit(owner, request, idempotencyKey),
    payloadField,
  );
  const state = existing ? (await deps.research.get(id, owner.userId)).job.state : 'queued';
  return Response.json({ job_id: id, status: statusWord(state) }, { status: 202 });
}

export async function showJob(deps: JobDeps, asker: JobAsker, id: string) {
  const view = await visibleJob(deps.research, asker, id);
  return jobDto(view, (await deps.webhooks.stateOfJob(id)) ?? 'pending');
}

/** A job belongs to the key that made it: to another key it is as if it were not there. */
export async function visibleJob(
  research: Research,
  { userId, key }: JobAsker,
  id: string,
): Promise<ResearchView> {
  const view = await research.get(knownId(id, 'research job'), userId);
  if (key === null || view.job.keyId === key.id) return view;
  throw new Fault('not_found', `no research job has the id ${id}`, { field: 'id' });
}

async function requestOf(deps: JobDeps, body: unknown): Promise<ResearchRequest> {
  assertKnownType(body);
  const request = await asMalformed(() => checkedRequest(body));
  const callbackUrl = request.callback_url ?? null;
  const domain = await asMalformed(
    () => toDomain(request.payload, deps.defaultLanguage),
    (field) => `payload/${field}`,
  );
  if (callbackUrl === null) return domain;
  const url = await deps.webhooks.checkedUrl(callbackUrl, 'callback_url');
  return { ...domain, webhook: { url, dialect: 'research2llm' } };
}

/** Known first: what a payload holds depends on it. */
function assertKnownType(body: unknown): void {
  const type = typeof body === 'object' && body !== null ? Reflect.get(body, 'type') : undefined;
  if (typeof type !== 'string' || type === RESEARCH_TYPE) return;
  throw new Fault(
    'invalid_request',
    `there are no jobs of type "${type.slice(0, 60)}": type must be ${RESEARCH_TYPE}`,
    { field: 'type' },
  );
}

/** A signed-in user's job goes to the key that they made last. Throws Fault `invalid_request`. */
async function owningKey({ keys, clock }: JobDeps, asker: JobAsker): Promise<JobAsker['key']> {
  if (asker.key) return asker.key;
  const nowMs = clock.nowMs();
  const live = await keys.live(asker.userId);
  const key = live.find(({ expiresMs }) => expiresMs === null || expiresMs > nowMs);
  if (key) return { id: key.id, isCapped: key.spendCapMicros !== null };
  throw new Fault('invalid_request', 'no API key can own this job: make one with POST /me/keys');
}

/** A field of the research in the words of this dialect. */
function payloadField(field: string): string {
  if (field === 'question') return 'payload/topic';
  if (field === 'max_cost_usd') return 'payload/max_cost_usd';
  return field.startsWith('sources/') ? `payload/seed_${field}` : field;
}
