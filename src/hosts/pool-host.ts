import type { HostEarnings } from '../credits/types';
import { assert } from '../lib/assert';
import { GONE_AFTER_MS, isPresent } from './hosted-models';
import type { StoredHost } from './store-hosts';
import type { Assignment, HostedModel, HostView } from './types';

/** A host is asked to give a sign every 30 s: one that missed three is away. */
const AWAY_AFTER_MS = 95_000;
const FIRST_COOLING_MS = 2_000;
const LONGEST_COOLING_MS = 5 * 60_000;
/** How much the newest observation counts. */
const NEWEST_SHARE = 0.2;
/** Prompts that a host is remembered to have read. */
const MAX_PREFIXES = 512;

/** A host that waits for jobs. */
export interface Poll {
  room: number;
  deliver(assignment: Assignment): void;
  /** Answers with what was delivered. */
  end(): void;
}

/** A host as this process has it in memory: what it does, and how it has done of late. */
export class PoolHost {
  stored: StoredHost;
  /** Ids of the jobs that it has, or is being given. */
  readonly running = new Set<string>();
  poll: Poll | null = null;
  /** What it had room for when its last poll was answered: it will ask again in a moment. */
  #between: { room: number; untilMs: number } | null = null;
  /** It said so, and has not asked for a job since: unlike a state, which an admin gives. */
  isLeaving = false;
  /** Its last sign of life, to this process or an earlier one. */
  seenMs: number | null;
  coolingUntilMs: number | null = null;
  /** Failures since it last ended a job well. */
  failures = 0;
  #failedMs: number | null = null;
  tokensPerSecond: number | null = null;
  firstTokenMs: number | null = null;
  /** From the one that was read longest ago. */
  #prefixes = new Set<string>();
  /** What was assigned to a poll that had ended before. */
  readonly undelivered: Assignment[] = [];
  earnings: HostEarnings = { earnedMicros: 0, settledJobs: 0 };

  constructor(stored: StoredHost) {
    this.stored = stored;
    this.seenMs = stored.heartbeatMs;
  }

  get id(): string {
    return this.stored.id;
  }

  /** How many jobs can be handed to it now. */
  room(nowMs: number): number {
    const isBack = this.#between !== null && nowMs <= this.#between.untilMs;
    const asked = this.poll?.room ?? (isBack ? (this.#between?.room ?? 0) : 0);
    return Math.min(asked, this.stored.slots - this.running.size);
  }

  /** After `room` said so in this turn. No clock is asked again: a host that is late by now gets the
   * job when it comes. */
  reserve(jobId: string): void {
    const place = this.poll ?? this.#between;
    const isFree = this.running.size < this.stored.slots;
    assert(place && place.room > 0 && isFree, 'a job is assigned to a host that has room');
    place.room -= 1;
    this.running.add(jobId);
  }

  pollBegins(poll: Poll): void {
    this.poll = poll;
    this.#between = null;
  }

  /** `untilMs`: for how long it is sure to come back; null for one that went away. */
  pollEnds({ room }: Poll, untilMs: number | null): void {
    this.poll = null;
    this.#between = untilMs === null ? null : { room, untilMs };
  }

  deliver(assignment: Assignment): void {
    if (this.poll) this.poll.deliver(assignment);
    else this.undelivered.push(assignment);
  }

  earned(amountMicros: number): void {
    const { earnedMicros, settledJobs } = this.earnings;
    this.earnings = { earnedMicros: earnedMicros + amountMicros, settledJobs: settledJobs + 1 };
  }

  isAlive(nowMs: number): boolean {
    return this.poll !== null || (this.seenMs !== null && nowMs - this.seenMs <= AWAY_AFTER_MS);
  }

  /** Nobody waits for it any more. */
  isGone(nowMs: number): boolean {
    const lastMs = this.seenMs ?? this.stored.createdMs;
    return this.poll === null && nowMs - lastMs > GONE_AFTER_MS;
  }

  offer(model: string): HostedModel | undefined {
    return this.stored.models.find(({ name }) => name === model);
  }

  has(model: string): boolean {
    const offered = this.offer(model);
    return offered !== undefined && isPresent(offered);
  }

  isCooling(nowMs: number): boolean {
    return this.coolingUntilMs !== null && this.coolingUntilMs > nowMs;
  }

  hasRead(prefix: string): boolean {
    return this.#prefixes.has(prefix);
  }

  read(prefix: string): void {
    this.#prefixes.delete(prefix);
    this.#prefixes.add(prefix);
    const [oldest] = this.#prefixes;
    if (this.#prefixes.size > MAX_PREFIXES && oldest !== undefined) this.#prefixes.delete(oldest);
  }

  /** One failure more, at a job that it had since then: the pause doubles with each, and the first
   * job after it is the probe. Jobs that began before the last failure tell nothing new. */
  failed(nowMs: number, sinceMs: number): void {
    if (this.#failedMs !== null && sinceMs <= this.#failedMs) return;
    this.#failedMs = nowMs;
    this.failures += 1;
    const pauseMs = Math.min(LONGEST_COOLING_MS, FIRST_COOLING_MS * 2 ** (this.failures - 1));
    this.coolingUntilMs = nowMs + pauseMs;
  }

  succeeded(observed: { firstTokenMs: number | null; tokensPerSecond: number | null }): void {
    this.failures = 0;
    this.coolingUntilMs = null;
    this.firstTokenMs = blended(this.firstTokenMs, observed.firstTokenMs);
    this.tokensPerSecond = blended(this.tokensPerSecond, observed.tokensPerSecond);
  }

  view(nowMs: number): HostView {
    const { keyHash: _, endpointKey: __, failedJobs, ...host } = this.stored;
    return {
      ...host,
      state: this.isLeaving && host.state === 'active' ? 'draining' : host.state,
      heartbeatMs: this.seenMs,
      isAlive: this.isAlive(nowMs),
      runningJobs: this.running.size,
      completedJobs: this.earnings.settledJobs,
      failedJobs,
      earnedMicros: this.earnings.earnedMicros,
      coolingUntilMs: this.isCooling(nowMs) ? this.coolingUntilMs : null,
      tokensPerSecond: this.tokensPerSecond,
      firstTokenMs: this.firstTokenMs,
    };
  }
}

/** An average that forgets. */
export function blended(before: number | null, observed: number | null): number | null {
  if (observed === null) return before;
  if (before === null) return observed;
  return before + NEWEST_SHARE * (observed - before);
}
