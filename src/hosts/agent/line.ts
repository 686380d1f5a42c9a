import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import { pause } from '../../net/retry';
import type { Ack, HostPort, Lease } from '../types';
import { Backoff } from './backoff';

/** Why a job is given up. lost: the server has taken it away. canceled: nobody wants it any more.
 * refused: the server does not take what we send. unreachable: no answer for longer than any lease
 * holds. shutdown: this host is going away. */
export type Stop = 'lost' | 'canceled' | 'refused' | 'unreachable' | 'shutdown';

export interface LineDeps {
  port: HostPort;
  clock: Clock;
  chance: Chance;
}

const LONGEST_PAUSE_MS = 2_000;
/** A server that was away takes up its leases again, so it may be away for longer than one. */
const PATIENCE_LEASES = 3;
const LEAST_PATIENCE_MS = 60_000;
const MAX_RENEW_WAIT_MS = 8_000;
/** Most jobs of a fast model have ended by then. */
const RENEW_AFTER_MS = 250;
const RENEW_GAP_MS = 500;

/** What a job says to the server, again and again while the connection is broken. */
export class Line {
  readonly #deps: LineDeps;
  readonly #lease: Lease;
  readonly #leaseMs: number;
  readonly #stopping = new AbortController();
  #contactMs: number;

  constructor(deps: LineDeps, lease: Lease, leaseMs: number) {
    this.#deps = deps;
    this.#lease = lease;
    this.#leaseMs = leaseMs;
    this.#contactMs = deps.clock.nowMs();
  }

  /** Aborted with a {@link Stop} when the job is given up. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  get stop(): Stop | null {
    return this.#stopping.signal.aborted ? (this.#stopping.signal.reason as Stop) : null;
  }

  /** The first reason stays. */
  giveUp(stop: Stop): void {
    this.#stopping.abort(stop);
  }

  /** Undefined when `until` is aborted meanwhile. One attempt is made even after that. */
  async insist<T>(attempt: () => Promise<T>, until = this.stopped): Promise<T | undefined> {
    const backoff = new Backoff(this.#deps.chance, LONGEST_PAUSE_MS);
    for (;;) {
      try {
        const answer = await attempt();
        this.#contactMs = this.#deps.clock.nowMs();
        return answer;
      } catch (thrown) {
        const stop = this.#stopFor(thrown);
        if (stop) this.giveUp(stop);
        if (!(await this.#paused(backoff.nextMs(), until))) return undefined;
      }
    }
  }

  /** Keeps the lease, and hears when the job is to stop, until `done`. */
  async renew(done: AbortSignal, onAck: (ack: Ack) => void): Promise<void> {
    const { port, clock } = this.#deps;
    const over = AbortSignal.any([done, this.stopped]);
    const waitMs = Math.min(MAX_RENEW_WAIT_MS, Math.floor(this.#leaseMs / 2));
    let isOpen = await this.#paused(RENEW_AFTER_MS, over);
    while (isOpen) {
      const askedMs = clock.nowMs();
      const ack = await this.insist(
        () => untilOver(port.renew(this.#lease, waitMs, over), over),
        over,
      );
      if (ack === undefined || ack === OVER) return;
      onAck(ack);
      // A server that does not wait is not asked all the time.
      const earlyMs = askedMs + RENEW_GAP_MS - clock.nowMs();
      isOpen = earlyMs <= 0 ? !over.aborted : await this.#paused(earlyMs, over);
    }
  }

  #stopFor(thrown: unknown): Stop | null {
    if (thrown instanceof Fault) {
      if (OVER_CODES.has(thrown.code)) return 'lost';
      if (REFUSED_CODES.has(thrown.code)) return 'refused';
    }
    const patienceMs = Math.max(LEAST_PATIENCE_MS, PATIENCE_LEASES * this.#leaseMs);
    return this.#deps.clock.nowMs() - this.#contactMs > patienceMs ? 'unreachable' : null;
  }

  /** False when the signal came first. */
  async #paused(ms: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    return pause(this.#deps.clock, ms, signal).then(
      () => true,
      () => false,
    );
  }
}

/** A job that is not ours any more, or never was, and a host that may do nothing. */
const OVER_CODES = new Set(['conflict', 'not_found', 'unauthenticated', 'forbidden']);
const REFUSED_CODES = new Set(['invalid_request', 'unprocessable', 'too_large']);

const OVER = Symbol('over');

/** A renewal that ends with its job is no failure. */
function untilOver(renewing: Promise<Ack>, over: AbortSignal): Promise<Ack | typeof OVER> {
  return renewing.catch((thrown: unknown) => {
    if (over.aborted) return OVER;
    throw thrown;
  });
}
