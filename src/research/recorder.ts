import type { Clock } from '../lib/clock';

/** One call of a port and its answer, as the trace keeps it. */
export interface TraceCall {
  port: string;
  request: unknown;
  /** What was answered, or `{ error }`. */
  response: unknown;
  atMs: number;
}

/** Collects every call of a port between two checkpoints: the proof of search. */
export class Recorder {
  #clock: Clock;
  #calls: TraceCall[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `summarise` says what of the answer is kept: a page is kept by its hash, not its bytes. */
  async record<T>(
    port: string,
    request: unknown,
    call: () => Promise<T>,
    summarise: (answer: T) => unknown,
  ): Promise<T> {
    const atMs = this.#clock.nowMs();
    try {
      const answer = await call();
      this.#calls.push({ port, request, response: summarise(answer), atMs });
      return answer;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      this.#calls.push({ port, request, response: { error }, atMs });
      throw thrown;
    }
  }

  /** The calls since the last time. */
  take(): TraceCall[] {
    return this.#calls.splice(0);
  }
}
