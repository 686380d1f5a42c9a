import type { Profile } from '../../accounts/types';
import { usdOfPrice } from '../../hosts/price';
import { plainPrompt } from '../../hosts/prompt';
import type { Assignment, HostView, InferenceView, ModelAlias, PoolModel } from '../../hosts/types';
import type { JobState } from '../../jobs/types';
import { isoFromMs } from '../../lib/clock';
import type { UserJobRow } from '../../research/user-jobs';
import { shownId } from './ids';

const MICROS_PER_CREDIT = 1_000_000;
const MICROS_PER_USD = 100 * MICROS_PER_CREDIT;

/** A canceled job has failed, as far as this dialect knows. */
const STATUS_WORD: Record<JobState, string> = {
  queued: 'queued',
  running: 'running',
  done: 'completed',
  failed: 'failed',
  canceled: 'failed',
};

export function statusWord(state: JobState): string {
  return STATUS_WORD[state];
}

/** The states that a word stands for; undefined for one that is none. */
export function statesOf(word: string): JobState[] | undefined {
  const states = (Object.keys(STATUS_WORD) as JobState[]).filter(
    (state) => STATUS_WORD[state] === word,
  );
  return states.length > 0 ? states : undefined;
}

/** This dialect shows credits with their decimals. */
export function creditsOf(micros: number): number {
  return micros / MICROS_PER_CREDIT;
}

function usdOf(micros: number): number {
  return micros / MICROS_PER_USD;
}

const isoOrNull = (ms: number | null) => (ms === null ? null : isoFromMs(ms));
const secondsOrNull = (ms: number | null) => (ms === null ? null : Math.ceil(ms / 1_000));

/** Who took no username goes by the part of the address before the @. */
export function usernameOf({ username, email }: Pick<Profile, 'username' | 'email'>): string {
  return username ?? email.slice(0, email.lastIndexOf('@'));
}

export function userRow(profile: Profile, availableMicros: number, totalJobs: number) {
  return {
    user_id: shownId('user', profile.id),
    username: usernameOf(profile),
    credits: creditsOf(availableMicros),
    total_jobs: totalJobs,
    created_at: isoFromMs(profile.createdMs),
  };
}

export function modelDto(model: PoolModel) {
  return {
    name: model.name,
    available_hosts: model.availableHosts,
    min_price_per_token: usdOfPrice(model.lowestPrice.outputMicros),
    max_tokens: model.maxTokens,
    max_price_per_token: usdOfPrice(model.highestPrice.outputMicros),
    features: model.features,
  };
}

export function aliasDto({ name, models }: ModelAlias) {
  return { name, models };
}

export function hostDto(host: HostView) {
  return {
    host_id: shownId('host', host.id),
    gpu: host.gpu,
    status: host.state,
    models: host.models.map(({ name }) => name),
    price_per_token: usdOfPrice(host.price.outputMicros),
    backend: host.backend,
    alive: host.isAlive,
    price_per_prompt_token: usdOfPrice(host.price.inputMicros),
    features: host.features,
    slots: host.slots,
    available_models: host.models.flatMap((each) => (each.absentSinceMs === null ? each.name : [])),
  };
}

export function adminHostDto(host: HostView) {
  return {
    ...hostDto(host),
    total_jobs_completed: host.completedJobs,
    total_earnings: usdOf(host.earnedMicros),
    last_heartbeat: isoOrNull(host.heartbeatMs),
    owner_id: host.ownerId === null ? null : shownId('user', host.ownerId),
    endpoint_url: host.endpointUrl,
    running_jobs: host.runningJobs,
    total_jobs_failed: host.failedJobs,
    cooling_until: isoOrNull(host.coolingUntilMs),
    tokens_per_second: host.tokensPerSecond,
    first_token_ms: host.firstTokenMs,
    gpu_utilization: host.gpuUtilization,
    created_at: isoFromMs(host.createdMs),
  };
}

/** `output` is what was accepted so far. */
export function jobDto(view: InferenceView, output: string) {
  const { waiting } = view;
  return {
    job_id: shownId('job', view.id),
    kind: 'inference',
    model: view.model,
    status: statusWord(view.state),
    credits_used: creditsOf(view.chargedMicros),
    created_at: isoFromMs(view.createdMs),
    credits_reserved: creditsOf(view.heldMicros),
    served_model: view.servedModel,
    output,
    finish_reason: view.finishReason,
    max_tokens: view.maxTokens,
    prompt_tokens: view.promptTokens,
    completion_tokens: view.completionTokens,
    started_at: isoOrNull(view.startedMs),
    first_token_at: isoOrNull(view.firstTokenMs),
    finished_at: isoOrNull(view.endedMs),
    queue_position: waiting?.position ?? null,
    eta_seconds: secondsOrNull(waiting?.etaMs ?? null),
    waiting_reason: waiting?.reason ?? null,
    error: errorOf(view),
  };
}

/** Null for a job that has not failed. */
export function errorOf({ state, error }: Pick<InferenceView, 'state' | 'error'>): string | null {
  return state === 'canceled' ? 'canceled' : error;
}

export function jobRow(row: UserJobRow) {
  return {
    job_id: shownId('job', row.id),
    model: row.kind === 'inference' ? row.model : `sonde-${row.mode}`,
    status: statusWord(row.state),
    credits_used: creditsOf(row.chargedMicros),
    created_at: isoFromMs(row.createdMs),
    kind: row.kind,
  };
}

/** A job as its host gets it. `temperature` is the dialect's own default where none was given. */
export function assignmentDto(assignment: Assignment, defaultTemperature: number) {
  const { request, jobId } = assignment;
  const { task, messages, inputs, parameters } = request;
  const { temperature } = parameters;
  return {
    job_id: shownId('job', jobId),
    model: assignment.model,
    input_text: plainPrompt(request),
    max_tokens: assignment.maxTokens,
    temperature: typeof temperature === 'number' ? temperature : defaultTemperature,
    fence: assignment.fence,
    lease_ms: assignment.leaseMs,
    next_seq: assignment.nextSeq,
    accepted_text: assignment.acceptedText,
    task,
    messages,
    inputs,
    parameters,
  };
}
