import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';

/**
 * Turns at what bears only so much: each key has its own. Among those who wait for one key, callers
 * take turns, so that one with a hundred wishes does not hold up another with one; the wishes of one
 * caller are served in order.
 */
export interface Turns {
  /**
   * Resolves when the turn has come, to what ends it: call it once, whatever happens. `signal` ends
   * the waiting with its reason, and is who calls: a job has one signal. Throws TooManyWaiting when
   * too many wait already.
   */
  take(key: string, signal: AbortSignal | undefined): Promise<() => void>;
}

export interface TurnLimits {
  maxAtOnce: number;
  /** From the start of a turn to the start of the next. */
  minGapMs: number;
  maxWaiting: number;
}

/** Begins the turn of one who waits. */
type Waiter = () => void;

type Caller = AbortSignal | undefined;

interface Lane {
  activeCount: number;
  nextStartMs: number;
  waitingCount: number;
  /** In the order in which the callers have their turns. */
  waiting: Map<Caller, Waiter[]>;
  hasTimer: boolean;
}

/** Idle lanes beyond so many are dropped. */
const MAX_IDLE_LANES = 1_000;

export function createTurns(clock: Clock, limits: TurnLimits): Turns {
  const lanes = new Map<string, Lane>();

  function laneOf(key: string): Lane {
    const known = lanes.get(key);
    if (known) return known;
    if (lanes.size >= MAX_IDLE_LANES) dropIdle(lanes, clock.nowMs());
    const lane = newLane();
    lanes.set(key, lane);
    return lane;
  }

  function startNext(lane: Lane): void {
    while (lane.waitingCount > 0 && lane.activeCount < limits.maxAtOnce) {
      const waitMs = lane.nextStartMs - clock.nowMs();
      if (waitMs > 0) {
        startLater(lane, waitMs);
        return;
      }
      lane.activeCount += 1;
      lane.nextStartMs = clock.nowMs() + limits.minGapMs;
      shiftWaiter(lane)?.();
    }
  }

  function startLater(lane: Lane, waitMs: number): void {
    if (lane.hasTimer) return;
    lane.hasTimer = true;
    clock.after(waitMs, () => {
      lane.hasTimer = false;
      startNext(lane);
    });
  }

  return {
    async take(key, signal) {
      signal?.throwIfAborted();
      const lane = laneOf(key);
      if (lane.waitingCount >= limits.maxWaiting) throw new TooManyWaiting(key);
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => {
          removeWaiter(lane, signal, waiter);
          reject(signal?.reason);
        };
        const waiter: Waiter = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        addWaiter(lane, signal, waiter);
        startNext(lane);
      });
      return () => {
        lane.activeCount -= 1;
        startNext(lane);
      };
    },
  };
}

function newLane(): Lane {
  return {
    activeCount: 0,
    nextStartMs: Number.NEGATIVE_INFINITY,
    waitingCount: 0,
    waiting: new Map(),
    hasTimer: false,
  };
}

function addWaiter(lane: Lane, caller: Caller, waiter: Waiter): void {
  const own = lane.waiting.get(caller);
  if (own) own.push(waiter);
  else lane.waiting.set(caller, [waiter]);
  lane.waitingCount += 1;
}

/** The first caller's first; the caller goes to the end. */
function shiftWaiter(lane: Lane): Waiter | undefined {
  for (const [caller, own] of lane.waiting) {
    const waiter = own.shift();
    lane.waiting.delete(caller);
    if (own.length > 0) lane.waiting.set(caller, own);
    lane.waitingCount -= 1;
    return waiter;
  }
  return undefined;
}

function removeWaiter(lane: Lane, caller: Caller, waiter: Waiter): void {
  const own = lane.waiting.get(caller);
  const at = own?.indexOf(waiter) ?? -1;
  if (!own || at < 0) return;
  own.splice(at, 1);
  if (own.length === 0) lane.waiting.delete(caller);
  lane.waitingCount -= 1;
}

function dropIdle(lanes: Map<string, Lane>, nowMs: number): void {
  for (const [key, lane] of lanes) {
    const isIdle = lane.activeCount === 0 && lane.waitingCount === 0 && lane.nextStartMs <= nowMs;
    if (isIdle) lanes.delete(key);
  }
}

/** It is ourselves who are busy, not the one that is asked. */
export class TooManyWaiting extends Fault {
  constructor(key: string) {
    super(
      'rate_limited',
      `Too many wait for ${key} already, which is asked only so often. Try again later.`,
    );
  }
}
