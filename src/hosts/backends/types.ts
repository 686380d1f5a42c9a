import type { Assignment, FinishReason, HostBackend, HostFeature, HostModel } from '../types';

/** What a backend is reached by: plain fetch on the operator's own machine, the guarded stream
 * inside the server. No status is an error here, and no redirect is followed. */
export interface BackendHttp {
  post(
    url: string,
    json: unknown,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<BackendAnswer>;
  get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<BackendAnswer>;
}

export interface BackendAnswer {
  status: number;
  /** Ends the connection when it is left early, and when the request's signal is aborted. */
  body: AsyncIterable<Uint8Array>;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
}

/** A piece of the answer, never empty; or its end, which comes once and last. */
export type Generated =
  | { delta: string }
  | { finish: FinishReason; usage?: Usage; toolCalls?: unknown[] };

export interface Embedded {
  embeddings: number[][];
  usage?: Usage;
}

/** What serves models on a host. Everything throws BackendFault, and the signal's reason when it is
 * aborted. */
export interface Backend {
  kind: HostBackend;
  features: HostFeature[];
  /** Null where the backend does not say what it has. */
  models(signal: AbortSignal): Promise<HostModel[] | null>;
  /** Goes on from the accepted text of the assignment. */
  generate(assignment: Assignment, signal: AbortSignal): AsyncIterable<Generated>;
  embed(assignment: Assignment, signal: AbortSignal): Promise<Embedded>;
}
