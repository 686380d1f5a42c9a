import { Fault } from '../lib/fault';
import { LLM_PORTS, WAVE, WAVE_END } from './kept';
import type { PortCall, Tape, TraceCall } from './recorder';

/** Gives the recorded answers again and makes no call. Equal calls are answered in their order. */
export class ReplayTape implements Tape {
  /** What the record does not hold although it was asked for. */
  readonly problems: string[] = [];
  #answers: Map<string, TraceCall[]>;
  #leftCount: number;
  /** Of these, the calls that gather: all but those of models. */
  #gatheringCount: number;
  #interruption: string | null;
  #interrupt: (reason: string) => void;

  /**
   * `interrupt` is called with the reason when a job that was cut short is given the last of what it
   * gathered: had it not been cut, it would have gathered on. Its model may still be asked: whether
   * and what was answered is recorded.
   */
  constructor(trace: readonly TraceCall[], interrupt: (reason: string) => void) {
    const calls = trace.filter(({ port }) => port !== WAVE_END);
    this.#answers = Map.groupBy(calls, keyOf);
    this.#leftCount = calls.length;
    this.#gatheringCount = calls.filter(gathers).length;
    this.#interruption = interruptionOf(trace);
    this.#interrupt = interrupt;
  }

  /** Recorded and not asked for. */
  get leftCount(): number {
    return this.#leftCount;
  }

  async call<Answer, Kept>(call: PortCall<Answer, Kept>): Promise<Answer> {
    const recorded = this.#answers.get(keyOf(call))?.shift();
    if (!recorded) {
      const { port, request } = call;
      throw this.#problem(`the trace holds no answer of ${port} to ${JSON.stringify(request)}`);
    }
    this.#leftCount -= 1;
    if (gathers(recorded)) this.#gatheringCount -= 1;
    if (this.#gatheringCount === 0 && this.#interruption !== null) {
      this.#interrupt(this.#interruption);
    }
    const { response } = recorded;
    if (isError(response)) throw new Fault('unavailable', response.error);
    return call.revive(response as Kept);
  }

  note(): void {}

  take(): TraceCall[] {
    return [];
  }

  #problem(message: string): Fault {
    this.problems.push(message);
    return new Fault('unprocessable', message);
  }
}

/** How many waves a trace can repeat. */
export function recordedWaves(trace: readonly TraceCall[]): number {
  return trace.filter(({ port }) => port === WAVE).length;
}

function gathers({ port }: TraceCall): boolean {
  return !port.startsWith(LLM_PORTS);
}

function keyOf({ port, request }: Pick<TraceCall, 'port' | 'request'>): string {
  return `${port} ${JSON.stringify(request)}`;
}

/** Only the last wave of a job can have been cut short. */
function interruptionOf(trace: readonly TraceCall[]): string | null {
  const end = trace.findLast(({ port }) => port === WAVE_END)?.response;
  const reason = (end as { interruption?: unknown } | null | undefined)?.interruption;
  return reason === 'budget' || reason === 'canceled' ? reason : null;
}

/** What a recorder keeps of a call that threw, and nothing beside it: an answer may have an `error` of
 * its own, as that of a model has. */
function isError(response: unknown): response is { error: string } {
  return (
    typeof response === 'object' &&
    response !== null &&
    'error' in response &&
    typeof response.error === 'string' &&
    Object.keys(response).length === 1
  );
}
