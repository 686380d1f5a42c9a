import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type {
  Ack,
  Assignment,
  ChatMessage,
  Completion,
  HostModel,
  HostPort,
  Lease,
  Piece,
} from '../types';
import { Ends } from './ends';
import { callServer, faultOfProblem } from './http-call';

export interface HttpPortOptions {
  clock: Clock;
  /** Of the server, without a path at its end. */
  server: string;
  hostId: string;
  key: string;
  /** Told of every heartbeat: `pending`, `active`, `draining`. */
  onStatus?: (status: string) => void;
}

/** An answer comes within this, beside what it waits on purpose. */
const TIMEOUT_MS = 15_000;

const COUNT = Type.Integer({ minimum: 0 });

const TASKS = ['run', 'chat', 'completion', 'embedding'] as const;
const JOB = Type.Object({
  job_id: Type.String({ pattern: '^[\\w-]{1,100}$' }),
  model: Type.String(),
  input_text: Type.String(),
  max_tokens: COUNT,
  fence: COUNT,
  lease_ms: Type.Integer({ minimum: 1 }),
  next_seq: Type.Integer({ minimum: 1 }),
  accepted_text: Type.String(),
  task: Type.Union(TASKS.map((task) => Type.Literal(task))),
  messages: Type.Array(Type.Object({ role: Type.String() })),
  inputs: Type.Array(Type.String()),
  parameters: Type.Record(Type.String(), Type.Unknown()),
});
const JOBS = TypeCompiler.Compile(Type.Object({ jobs: Type.Array(JOB) }));
const ACK = TypeCompiler.Compile(Type.Object({ ack_seq: COUNT, cancel: Type.Boolean() }));
const ENDS = TypeCompiler.Compile(
  Type.Object({
    jobs: Type.Array(
      Type.Union([
        Type.Object({ status: Type.Literal('completed') }),
        Type.Object({
          status: Type.Literal('refused'),
          problem: Type.Object({ status: Type.Integer(), detail: Type.String() }),
        }),
      ]),
    ),
  }),
);
const BEAT = TypeCompiler.Compile(Type.Object({ host_status: Type.Optional(Type.String()) }));

type HandedOver = Static<typeof JOB>;

/** What a host does with its jobs, over the protocol of docs/hosts.md. */
export function createHttpPort(options: HttpPortOptions): HostPort {
  const { clock, server, hostId, key, onStatus } = options;
  const authorization = { Authorization: `Bearer ${key}` };

  function post(
    path: string,
    json: unknown,
    { waitMs = 0, signal }: { waitMs?: number; signal?: AbortSignal } = {},
  ): Promise<unknown> {
    return callServer(clock, {
      url: `${server}/hosts/${path}`,
      headers: { ...authorization, 'Content-Type': 'application/json' },
      body: JSON.stringify(json),
      timeoutMs: waitMs + TIMEOUT_MS,
      ...(signal ? { signal } : {}),
    });
  }

  const ends = new Ends(async (completions) => {
    const answer = await post('complete', { jobs: completions.map(completionJson) });
    const { jobs } = checked(ENDS, answer);
    if (jobs.length !== completions.length) throw notAsTheProtocolSays();
    return jobs.map((job) => (job.status === 'refused' ? faultOfProblem(job.problem) : null));
  });

  return {
    async nextJobs({ max, waitMs }, signal) {
      const path = `next-job?max=${max}&wait=${Math.round(waitMs / 1000)}`;
      const answer = await post(path, { host_id: hostId }, { waitMs, signal });
      return checked(JOBS, answer).jobs.map(assignmentOf);
    },
    async sendPieces({ jobId, fence }, pieces) {
      const answer = await callServer(clock, {
        url: `${server}/hosts/jobs/${jobId}/tokens?fence=${fence}`,
        headers: { ...authorization, 'Content-Type': 'application/x-ndjson' },
        body: pieces.map(pieceLine).join(''),
        timeoutMs: TIMEOUT_MS,
      });
      return ackOf(answer);
    },
    complete: (completion) => ends.add(completion),
    async fail({ jobId, fence, error, retryable }) {
      await post(`jobs/${jobId}/fail`, { fence, error, retryable });
    },
    async renew({ jobId, fence }: Lease, waitMs, signal) {
      const wait = Math.round(waitMs / 1000);
      return ackOf(await post(`jobs/${jobId}/renew`, { fence, wait }, { waitMs, signal }));
    },
    async heartbeat({ gpuUtilization, models }) {
      const answer = await post('heartbeat', {
        host_id: hostId,
        ...(gpuUtilization === null ? {} : { gpu_utilization: gpuUtilization }),
        ...(models === null ? {} : { available_models: models.map(modelJson) }),
      });
      const { host_status } = checked(BEAT, answer);
      if (host_status !== undefined) onStatus?.(host_status);
    },
    async drain() {
      await post('drain', { host_id: hostId });
    },
  };
}

export function modelJson({ name, maxTokens }: HostModel) {
  return { name, max_tokens: maxTokens };
}

function pieceLine({ seq, delta }: Piece): string {
  return `${JSON.stringify({ seq, delta })}\n`;
}

function completionJson(completion: Completion) {
  const { jobId, fence, finishReason, usage, pieces, toolCalls, embeddings } = completion;
  return {
    job_id: jobId,
    fence,
    finish_reason: finishReason,
    ...(usage && {
      usage: { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens },
    }),
    ...(pieces && { tokens: pieces }),
    ...(toolCalls && { tool_calls: toolCalls }),
    ...(embeddings && { embeddings }),
  };
}

function assignmentOf(job: HandedOver): Assignment {
  return {
    jobId: job.job_id,
    fence: job.fence,
    leaseMs: job.lease_ms,
    model: job.model,
    request: {
      task: job.task,
      model: job.model,
      inputText: job.input_text,
      messages: job.messages as ChatMessage[],
      inputs: job.inputs,
      maxTokens: job.max_tokens + job.next_seq - 1,
      parameters: job.parameters,
      maxPricePerToken: null,
    },
    acceptedText: job.accepted_text,
    nextSeq: job.next_seq,
    maxTokens: job.max_tokens,
  };
}

function ackOf(answer: unknown): Ack {
  const { ack_seq, cancel } = checked(ACK, answer);
  return { ackSeq: ack_seq, cancel };
}

function checked<Schema extends TSchema>(
  schema: TypeCheck<Schema>,
  answer: unknown,
): Static<Schema> {
  if (schema.Check(answer)) return answer;
  throw notAsTheProtocolSays();
}

function notAsTheProtocolSays(): Fault {
  return new Fault('unavailable', 'the server answered in another way than the protocol says');
}
