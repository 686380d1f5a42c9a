import type { Clock } from '../lib/clock';
import type { Poll, PoolHost } from './pool-host';
import type { Assignment } from './types';

/** A host that was answered asks again at once. What is assigned to one that does not come is as lost
 * as what never arrived, so this is short. */
const BACK_WITHIN_MS = 50;

/**
 * One host's request for jobs, kept open until there are some. It ends after the turn in which the
 * first was delivered, so that jobs of one commit travel together.
 */
export class ParkedPoll implements Poll {
  room: number;
  readonly answer: Promise<Assignment[]>;
  #host: PoolHost;
  #assignments: Assignment[] = [];
  #clock: Clock;
  #resolve: (assignments: Assignment[]) => void;
  #forgetTimer = () => {};

  constructor(clock: Clock, host: PoolHost, room: number) {
    const { promise, resolve } = Promise.withResolvers<Assignment[]>();
    this.room = room;
    this.answer = promise;
    this.#clock = clock;
    this.#host = host;
    this.#resolve = resolve;
  }

  deliver(assignment: Assignment): void {
    this.#assignments.push(assignment);
    if (this.#assignments.length === 1) queueMicrotask(() => this.end());
  }

  /** Until `waitMs` are over or the host goes away. */
  park(waitMs: number, signal: AbortSignal): void {
    const leave = () => this.#end(null);
    signal.addEventListener('abort', leave, { once: true });
    const cancel = this.#clock.after(waitMs, () => this.end());
    this.#forgetTimer = () => {
      cancel();
      signal.removeEventListener('abort', leave);
    };
    if (signal.aborted) leave();
  }

  end(): void {
    this.#end(this.#clock.nowMs() + BACK_WITHIN_MS);
  }

  #end(backUntilMs: number | null): void {
    this.#forgetTimer();
    if (this.#host.poll === this) this.#host.pollEnds(this, backUntilMs);
    this.#resolve(this.#assignments);
  }
}
