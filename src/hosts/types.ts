import type { Transaction } from '../db/write';
import type { JobState } from '../jobs/types';
import type { Asker } from '../keys/types';

/**
 * The words of this room. A *host* is a machine of the team's with a GPU, seen through whatever
 * serves models on it, its *backend*. An inference job is *assigned* to one host at a time under a
 * *lease*; the *fence* numbers the leases of a job, so that a host whose lease is over can add
 * nothing. What a host sends is a sequence of *pieces* of text, one token each, numbered from 1.
 */

/** What speaks to the model on the host. */
export type HostBackend = 'openai' | 'ollama' | 'vllm' | 'llamacpp' | 'huggingface';

/**
 * pending: registered by nobody we know, and waiting for an admin.
 * active: gets work while it is alive.
 * draining: ends what it has and gets nothing new.
 * disabled: an admin has shut it out; its key is refused.
 */
export type HostState = 'pending' | 'active' | 'draining' | 'disabled';

/** What a host can do beyond a plain text in and a text out. */
export type HostFeature = 'chat' | 'completions' | 'embeddings' | 'tools' | 'response_format';

/** Micro-credits for a thousand tokens: $0.0001 a token are 10,000,000. */
export interface TokenPrice {
  /** Of the prompt; 0 where the host asks for its output only. */
  inputMicros: number;
  outputMicros: number;
}

export interface HostModel {
  name: string;
  /** The most that one answer may have. */
  maxTokens: number;
}

/** A model that a host offers: since it registered with it or named it in a heartbeat. Whoever asks
 * may count on what is offered, and jobs go where the model is present. */
export interface HostedModel extends HostModel {
  /** Since when its heartbeats leave it out; null while it has it. */
  absentSinceMs: number | null;
}

export interface Host {
  id: string;
  /** Null for one that registered itself. */
  ownerId: string | null;
  gpu: string;
  backend: HostBackend;
  /** Where this server calls the host; null for a host that asks for its jobs. */
  endpointUrl: string | null;
  state: HostState;
  price: TokenPrice;
  models: HostedModel[];
  features: HostFeature[];
  /** How many jobs it takes at once. */
  slots: number;
  createdMs: number;
  /** Its last sign of life; null for one that never gave any. */
  heartbeatMs: number | null;
  /** 0 to 1, as it says; null when it does not. */
  gpuUtilization: number | null;
}

/** A host, and how it is doing. */
export interface HostView extends Host {
  isAlive: boolean;
  runningJobs: number;
  completedJobs: number;
  failedJobs: number;
  earnedMicros: number;
  /** Until when it gets nothing after a failure; null when it is not cooling down. */
  coolingUntilMs: number | null;
  /** Of late; null before its first job. */
  tokensPerSecond: number | null;
  firstTokenMs: number | null;
}

export type InferenceTask = 'run' | 'chat' | 'completion' | 'embedding';

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Text, or the parts that the OpenAI API knows. */
  content: unknown;
  [field: string]: unknown;
}

/** What a model is asked for. Names of sampling parameters are those of the OpenAI API, because
 * they are passed through to the backend as they are. */
export interface InferenceRequest {
  task: InferenceTask;
  /** A model of the pool, or an alias. */
  model: string;
  /** The prompt of `run` and `completion`; empty for the others. */
  inputText: string;
  /** Of `chat`; empty for the others. */
  messages: ChatMessage[];
  /** Of `embedding`; empty for the others. */
  inputs: string[];
  /** 0 for `embedding`. */
  maxTokens: number;
  /** temperature, top_p, seed, stop, presence_penalty, frequency_penalty, tools, tool_choice,
   * response_format: those that were given. */
  parameters: Record<string, unknown>;
  /** USD; what the user pays for a token at most. Null for whatever the pool asks. */
  maxPricePerToken: number | null;
}

/** One model call of a user, from its hold to its bill. */
export interface InferenceView {
  id: string;
  userId: string;
  task: InferenceTask;
  /** As it was asked for. */
  model: string;
  /** The model that answers; null while nobody does. */
  servedModel: string | null;
  hostId: string | null;
  state: JobState;
  error: string | null;
  heldMicros: number;
  /** 0 until the job has ended. */
  chargedMicros: number;
  maxTokens: number;
  /** Billed, or accepted so far. */
  promptTokens: number;
  completionTokens: number;
  finishReason: FinishReason | null;
  createdMs: number;
  startedMs: number | null;
  firstTokenMs: number | null;
  endedMs: number | null;
  /** Present while the job is queued. */
  waiting?: Waiting;
}

/** Why a job waits, for a person to read, and for how long. */
export interface Waiting {
  /** From 1, among the jobs that want the same models. */
  position: number;
  /** Null when nobody can say. */
  etaMs: number | null;
  reason: string;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** What a reader of a job's answer sees, in order. `pieces` begins at `fromSeq`. */
export type StreamPart =
  | { type: 'pieces'; fromSeq: number; pieces: string[] }
  | {
      type: 'end';
      view: InferenceView;
      toolCalls: unknown[] | null;
      embeddings: number[][] | null;
    };

/** A job as a host gets it. */
export interface Assignment {
  jobId: string;
  fence: number;
  leaseMs: number;
  /** The model as the host names it. */
  model: string;
  request: InferenceRequest;
  /** What earlier hosts have said already: the answer goes on from here. Empty at first. */
  acceptedText: string;
  /** The number of the first piece to send. */
  nextSeq: number;
  /** How many tokens may still come. */
  maxTokens: number;
}

export interface Piece {
  seq: number;
  delta: string;
}

export interface Lease {
  jobId: string;
  fence: number;
}

/** How far the server has got, and whether the host shall stop. */
export interface Ack {
  /** All pieces up to this one are committed. */
  ackSeq: number;
  cancel: boolean;
}

export interface Completion extends Lease {
  finishReason: FinishReason;
  /** As the backend counts; absent when it does not. */
  usage?: { promptTokens: number; completionTokens: number };
  /** Those that were not sent yet. */
  pieces?: Piece[];
  toolCalls?: unknown[];
  embeddings?: number[][];
}

export interface Failure extends Lease {
  /** For the operator, and for the user when no other host can help. */
  error: string;
  /** False when every host would fail likewise: the request itself is wrong. */
  retryable: boolean;
}

/**
 * What a host does with its jobs: the same over HTTP and inside the server. Everything is
 * idempotent by fence and seq. Throws Fault `conflict` when the lease is over: stop, and forget it.
 */
export interface HostPort {
  /** Up to `max` jobs, at once when there are some, after `waitMs` at the latest, then perhaps none.
   * A job may be handed over twice with the same fence: the second time it is ignored. */
  nextJobs(options: { max: number; waitMs: number }, signal: AbortSignal): Promise<Assignment[]>;
  /** Pieces that came before are passed over; a gap is a Fault `unprocessable`. */
  sendPieces(lease: Lease, pieces: Piece[]): Promise<Ack>;
  complete(completion: Completion): Promise<void>;
  fail(failure: Failure): Promise<void>;
  /** Extends the lease. With `waitMs` it answers when the job is to stop, or then. */
  renew(lease: Lease, waitMs: number, signal: AbortSignal): Promise<Ack>;
  /** `models` are those that it has now, those that it never named before included; null for no
   * change. */
  heartbeat(sign: { gpuUtilization: number | null; models: HostModel[] | null }): Promise<void>;
  /** No new jobs until it asks for some again. */
  drain(): Promise<void>;
}

/** A model that some host offers, though it may not have it now. */
export interface PoolModel {
  name: string;
  /** Hosts that would take a job for it now. */
  availableHosts: number;
  /** The lowest and the highest of each part, among the hosts in force. */
  lowestPrice: TokenPrice;
  highestPrice: TokenPrice;
  maxTokens: number;
  features: HostFeature[];
  /** When the first host that has it registered. */
  createdMs: number;
}

/** A name for several models: the first that some host can serve answers. */
export interface ModelAlias {
  name: string;
  models: string[];
}

/** A user whose jobs go before those of others, or after: 0 for who has none. */
export interface UserPriority {
  userId: string;
  /** From -100 to 100. */
  priority: number;
}

export interface InferenceFilter {
  state?: JobState;
  limit: number;
  offset: number;
}

export interface SubmittedInference {
  view: InferenceView;
  /** True when the same Idempotency-Key was used before: this is the job of that time. */
  existing: boolean;
}

/** What those who ask models do. */
export interface Inference {
  /**
   * Holds the most that the job can cost, and hands it to a host if one is free. Throws Fault
   * `not_found` (field `model`; names the models that there are), `invalid_request` (field
   * `max_tokens`, or a field that no host with this model can serve), `insufficient_credits`,
   * `conflict` for a used Idempotency-Key, `unavailable` when too many jobs wait already.
   */
  submit(
    asker: Asker,
    request: InferenceRequest,
    idempotencyKey: string | null,
  ): Promise<SubmittedInference>;
  /** Undefined when there is none; whose it is stands in it. */
  view(id: string): Promise<InferenceView | undefined>;
  /** Newest first. */
  list(userId: string, filter: InferenceFilter): Promise<{ jobs: InferenceView[]; total: number }>;
  /** What was accepted after `afterSeq`, then what comes, batch by batch, and the end. Throws Fault
   * `not_found`. */
  follow(id: string, afterSeq: number, signal: AbortSignal): AsyncIterable<StreamPart>;
  /** All that was accepted so far. */
  text(id: string): Promise<string>;
  /** What was accepted is billed; the host is told within a second. */
  cancel(id: string): Promise<void>;
  /** By name. */
  models(): PoolModel[];
  aliases(): ModelAlias[];
}

export interface NewHost {
  gpu: string;
  models: HostModel[];
  /** USD, as the published API has it. */
  pricePerToken: number;
  pricePerPromptToken: number;
  backend: HostBackend;
  endpointUrl: string | null;
  /** For `endpointUrl`; empty for none. */
  endpointKey: string;
  features: HostFeature[];
  slots: number;
}

/** What joins the write of a change, such as its record: both happen, or neither. */
export type Joined = (tx: Transaction) => Promise<void>;

/** What admins and hosts themselves do with hosts. */
export interface HostRegistry {
  /** active with an owner or a join token; pending without, unless the operator opened registration.
   * The key is shown this once. Throws Fault `invalid_request`, `forbidden` for a token that is
   * unknown, used up or expired, `fetch_refused` for an endpoint that may not be called. */
  register(
    newHost: NewHost,
    by: { userId: string | null; joinToken: string | null },
  ): Promise<{ host: Host; key: string }>;
  /** Undefined for an unknown key and for a host that is disabled. */
  authenticate(key: string): Host | undefined;
  /** By the time they were registered. */
  list(): HostView[];
  get(id: string): HostView | undefined;
  /** approve, drain, disable and what undoes them. Throws Fault `not_found`. */
  setState(id: string, state: Exclude<HostState, 'pending'>, record?: Joined): Promise<HostView>;
  /** Throws Fault `invalid_request` for a bad life or number of uses. The token is shown this once. */
  createJoinToken(by: { lifeMs: number; uses: number }, record?: Joined): Promise<string>;
  /** No models remove the alias. Throws Fault `invalid_request`. */
  setAlias(alias: ModelAlias, record?: Joined): Promise<void>;
  /** For the user's jobs from now on. Throws Fault `invalid_request`. */
  setPriority(given: UserPriority, record?: Joined): Promise<void>;
  priorityOf(userId: string): number;
  /** Of those who have another than 0, the highest first. */
  priorities(): UserPriority[];
  /** What the host does, as itself. */
  port(hostId: string): HostPort;
}

/** The door of this room. */
export interface Hosts {
  inference: Inference;
  registry: HostRegistry;
  /** Reads hosts and aliases: for a process that assigns nothing. */
  load(): Promise<void>;
  /** Takes up the jobs that an earlier process left, and begins to assign. */
  start(): Promise<void>;
  /** Assigns nothing more, and answers every host that waits. */
  stop(): Promise<void>;
  counts(): { activeHosts: number; completedJobs: number; averageLatencyMs: number };
}
