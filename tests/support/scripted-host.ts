import { onCleanUp } from './cleanup';

/** A job as the host was given it. */
export interface GivenJob {
  job_id: string;
  fence: number;
  model: string;
  task: 'run' | 'chat' | 'completion' | 'embedding';
  input_text: string;
  max_tokens: number;
  next_seq: number;
  accepted_text: string;
  messages: { role: string; content: unknown }[];
  inputs: string[];
  parameters: Record<string, unknown>;
}

export interface ToldUsage {
  prompt_tokens: number;
  completion_tokens: number;
}

/** What the host says to a job, step by step. A text is one token. */
export type Step =
  | string
  /** So many tokens in one message. */
  | string[]
  /** Until the test says so, or the job is canceled. */
  | Promise<unknown>
  | {
      done: 'stop' | 'length' | 'tool_calls' | 'content_filter';
      usage?: ToldUsage;
      tool_calls?: unknown[];
      embeddings?: number[][];
    }
  | { fail: string; retryable: boolean };

export type Script = (job: GivenJob) => Iterable<Step>;

export interface ScriptedHost {
  id: string;
  /** In the order they came. */
  jobs: GivenJob[];
  /** When the host learned that a job is to stop, by `performance.now()`. */
  canceledAt: Map<string, number>;
  /** It is gone, in the middle of whatever it says. */
  kill(): void;
}

interface HostOptions {
  /** Of a user, who then owns the host. */
  userKey: string;
  models: (string | { name: string; max_tokens: number })[];
  features?: string[];
  slots?: number;
  /** USD a token; 0.00001 if absent. */
  price?: number;
}

const WAIT_SECONDS = 20;
const RENEW_WAIT_SECONDS = 10;

/** A host as a stranger would write it from the documented protocol, over HTTP. It says what `script`
 * says, and `done: 'stop'` where that ends. */
export async function startScriptedHost(
  url: string,
  options: HostOptions,
  script: Script,
): Promise<ScriptedHost> {
  const registered = await post(`${url}/hosts/register`, options.userKey, {
    gpu: 'Scripted',
    models: options.models,
    price_per_token: options.price ?? 0.00001,
    backend: 'openai',
    slots: options.slots ?? 8,
    features: options.features ?? ['chat', 'completions'],
  });
  const { host_id: id, api_key: key } = registered as { host_id: string; api_key: string };
  const over = new AbortController();
  const kill = () => over.abort();
  const host: ScriptedHost = { id, jobs: [], canceledAt: new Map(), kill };
  const seen = new Set<string>();
  const running = (async () => {
    while (!over.signal.aborted) {
      const path = `${url}/hosts/next-job?wait=${WAIT_SECONDS}&max=8`;
      const { jobs } = (await post(path, key, { host_id: id }, over.signal)) as {
        jobs: GivenJob[];
      };
      for (const job of jobs) {
        const name = `${job.job_id}/${job.fence}`;
        if (seen.has(name)) continue;
        seen.add(name);
        host.jobs.push(job);
        void work(url, key, job, script(job), host, over.signal).catch(() => undefined);
      }
    }
  })().catch(() => undefined);
  onCleanUp(() => {
    over.abort();
    return running;
  });
  return host;
}

/** Ends when the script does, or the job is canceled, or its lease is over: then it throws. */
async function work(
  url: string,
  key: string,
  { job_id: id, fence, next_seq }: GivenJob,
  script: Iterable<Step>,
  host: ScriptedHost,
  killed: AbortSignal,
): Promise<void> {
  const base = `${url}/hosts/jobs/${id}`;
  const ended = new AbortController();
  const canceled = Promise.withResolvers<'canceled'>();
  const learn = (answer: unknown) => {
    if ((answer as { cancel: boolean }).cancel !== true || host.canceledAt.has(id)) return;
    host.canceledAt.set(id, performance.now());
    canceled.resolve('canceled');
  };
  const listen = async () => {
    const over = AbortSignal.any([ended.signal, killed]);
    while (!over.aborted && !host.canceledAt.has(id)) {
      learn(await post(`${base}/renew`, key, { fence, wait: RENEW_WAIT_SECONDS }, over));
    }
  };
  void listen().catch((reason: unknown) => {
    if (reason instanceof LeaseOver) learn({ cancel: true });
  });
  try {
    let seq = next_seq;
    for (const step of script) {
      if (killed.aborted) return;
      if (host.canceledAt.has(id)) break;
      if (step instanceof Promise) {
        if ((await Promise.race([step, canceled.promise])) === 'canceled') break;
      } else if (typeof step === 'string' || Array.isArray(step)) {
        const deltas = typeof step === 'string' ? [step] : step;
        const lines = deltas.map((delta, at) => JSON.stringify({ seq: seq + at, delta }));
        seq += deltas.length;
        learn(await post(`${base}/tokens?fence=${fence}`, key, lines.join('\n')));
      } else if ('fail' in step) {
        const { fail: error, retryable } = step;
        return void (await post(`${base}/fail`, key, { fence, error, retryable }));
      } else {
        const { done: finish_reason, ...rest } = step;
        return void (await post(`${base}/complete`, key, { fence, finish_reason, ...rest }));
      }
    }
    await post(`${base}/complete`, key, { fence, finish_reason: 'stop' });
  } finally {
    ended.abort();
  }
}

class LeaseOver extends Error {}

async function post(
  address: string,
  key: string,
  body: object | string,
  signal?: AbortSignal,
): Promise<unknown> {
  const isLines = typeof body === 'string';
  const answer = await fetch(address, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': isLines ? 'application/x-ndjson' : 'application/json',
    },
    body: isLines ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  const text = await answer.text();
  if (answer.status === 409) throw new LeaseOver(text);
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
