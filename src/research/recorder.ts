import type { Clock } from '../lib/clock';
import { publicMessage } from '../lib/fault';

/** One call of a port and its answer, as the trace keeps it. */
export interface TraceCall {
  port: string;
  request: unknown;
  /** What was answered, or `{ error }` with its public sentence. */
  response: unknown;
  atMs: number;
}

/** A call whose answer may differ from one time to another: whatever a replay has to be told. */
export interface PortCall<Answer, Kept> {
  port: string;
  /** With its port, the name by which a replay finds the answer again. */
  request: unknown;
  make(): Promise<Answer>;
  /** What of the answer goes into the trace: a page by its hash, not by its bytes. */
  keep(answer: Answer): Kept;
  /** The answer again. Throws a Fault when something that it names is gone. */
  revive(kept: Kept): Promise<Answer>;
}

/** What the calls of a job's ports go through: what records them, or what repeats a record. */
export interface Tape {
  call<Answer, Kept>(call: PortCall<Answer, Kept>): Promise<Answer>;
  /** For whoever reads the trace; a replay does without. */
  note(port: string, request: unknown, response: unknown): void;
  /** The calls since the last time. All of them have been answered. */
  take(): TraceCall[];
}

/** Makes every call and keeps it: the proof of search. */
export class Recorder implements Tape {
  #clock: Clock;
  #calls: TraceCall[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async call<Answer, Kept>(call: PortCall<Answer, Kept>): Promise<Answer> {
    // Takes its place before it is answered: the order is that of the calls.
    const entry = this.#add(call.port, call.request);
    try {
      const answer = await call.make();
      entry.response = call.keep(answer);
      return answer;
    } catch (thrown) {
      entry.response = { error: publicMessage(thrown) };
      throw thrown;
    }
  }

  note(port: string, request: unknown, response: unknown): void {
    this.#add(port, request).response = response;
  }

  take(): TraceCall[] {
    return this.#calls.splice(0);
  }

  #add(port: string, request: unknown): TraceCall {
    const entry: TraceCall = { port, request, response: null, atMs: this.#clock.nowMs() };
    this.#calls.push(entry);
    return entry;
  }
}
